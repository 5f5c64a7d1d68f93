/** A plate typed by hand, checked against the lists of the unit at once. */

import { useSignal } from "@preact/signals";
import { ApiError } from "../api/client";
import { Check, Cross, KindIcon } from "../parts/icons";
import { Plate } from "../parts/plate";
import { vehicleLine } from "../text/format";
import { text as roomText } from "../text/language";
import { sheet } from "./app";
import { check } from "./calls";
import type { CheckResult } from "./types";
import { words } from "./words";

const ROWS = ["1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"];
const LONGEST = 10;

export function Keypad() {
  const plate = useSignal("");
  const result = useSignal<CheckResult | null>(null);
  const failed = useSignal<string | null>(null);
  const busy = useSignal(false);
  const text = words.value;

  const type = (next: string) => {
    plate.value = next.slice(0, LONGEST);
    result.value = null;
    failed.value = null;
  };
  const ask = async () => {
    if (plate.value.length < 2 || busy.value) return;
    busy.value = true;
    try {
      result.value = await check(plate.value);
    } catch (error) {
      const wrong = error instanceof ApiError && error.status === 422;
      failed.value = wrong ? text.noPlate : text.checkFailed;
    } finally {
      busy.value = false;
    }
  };
  return (
    <section class="car-sheet car-keypad" aria-label={text.typePlate} data-testid="keypad">
      <header>
        <output class="keypad-plate" aria-live="polite">
          <Plate text={plate.value || "–"} country={null} size="large" label={text.typePlate} />
        </output>
        <div class="keypad-answer" role="status" data-testid="answer">
          {failed.value && <p class="answer-failed">{failed.value}</p>}
          {result.value && <Answer result={result.value} />}
        </div>
        <button
          type="button"
          class="car-button car-square"
          aria-label={text.close}
          data-testid="close-keypad"
          onClick={() => {
            sheet.value = "none";
          }}
        >
          <Cross />
        </button>
      </header>
      <div class="keypad-keys">
        {ROWS.map((row) => (
          <div class="keypad-row" key={row}>
            {[...row].map((key) => (
              <button
                key={key}
                type="button"
                class="car-button keypad-key"
                data-key={key}
                onClick={() => type(plate.value + key)}
              >
                {key}
              </button>
            ))}
            {row === ROWS[3] && (
              <>
                <button
                  type="button"
                  class="car-button keypad-key"
                  aria-label={text.erase}
                  data-key="erase"
                  onClick={() => type(plate.value.slice(0, -1))}
                >
                  ⌫
                </button>
                <button
                  type="button"
                  class="car-button keypad-key car-accept keypad-check"
                  data-testid="check"
                  disabled={busy.value}
                  onClick={() => void ask()}
                >
                  {text.check}
                </button>
              </>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}

function Answer({ result }: { result: CheckResult }) {
  const text = words.value;
  if (result.matches.length === 0) {
    return (
      <p class="answer-none" data-matches="0">
        <Check /> {text.onNoList}
      </p>
    );
  }
  return (
    <ul data-matches={result.matches.length}>
      {result.matches.map((match) => (
        <li key={match.list.id} class={`answer kind-${match.list.kind}`}>
          <KindIcon kind={match.list.kind} />
          <b>{roomText.value.kinds[match.list.kind]}</b> {match.list.name}
          <small>
            {[match.entry.reason, vehicleLine(match.entry.vehicle)].filter(Boolean).join(" · ")}
          </small>
        </li>
      ))}
    </ul>
  );
}
