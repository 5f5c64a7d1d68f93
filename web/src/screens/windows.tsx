/** The window that is open over the page, if any. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Hit } from "../api/types";
import { Time } from "../parts/badges";
import { Evidence, PlateCrop } from "../parts/evidence";
import { WindowFrame } from "../parts/window";
import { failed } from "../state/board";
import { hitById, open } from "../state/desk";
import { text } from "../text/language";
import { HitDetail } from "./hit-detail";
import { CloseWindow, DispatchWindow } from "./hit-forms";

export function shut(): void {
  open.value = null;
}

export function OpenWindow() {
  const window = open.value;
  if (!window) return null;
  switch (window.kind) {
    case "help":
      return <HelpWindow />;
    case "picture":
      return (
        <WindowFrame
          wide
          onShut={shut}
          title={`${window.plate} · ${window.camera}`}
          testId="picture-window"
        >
          <div class="picture-window">
            <Evidence evidence={window.evidence} plate={window.plate} camera={window.camera} />
            <div class="picture-foot">
              <PlateCrop evidence={window.evidence} plate={window.plate} />
              <p>
                {text.value.captured} <Time at={window.evidence.captured_at} full />
              </p>
            </div>
          </div>
        </WindowFrame>
      );
    default:
      return <HitWindow key={`${window.kind} ${window.hit}`} id={window.hit} kind={window.kind} />;
  }
}

/** A hit's window; the hit may be too old to be in the list and is fetched then. */
function HitWindow({ id, kind }: { id: string; kind: "detail" | "dispatch" | "close" }) {
  const [fetched, setFetched] = useState<Hit | null>(null);
  const hit = hitById(id) ?? fetched;
  const missing = hit === null;
  useEffect(() => {
    if (!missing) return;
    api.hit(id).then(setFetched, (error) => {
      failed(error);
      shut();
    });
  }, [id, missing]);
  if (!hit) return null;
  if (kind === "dispatch") return <DispatchWindow hit={hit} onShut={shut} />;
  if (kind === "close") return <CloseWindow hit={hit} onShut={shut} />;
  return <HitDetail hit={hit} onShut={shut} />;
}

function HelpWindow() {
  const words = text.value;
  const rows: [string[], string][] = [
    [["j", "↓", "k", "↑"], words.keys.move],
    [["Enter"], words.keys.open],
    [["a"], words.keys.acknowledge],
    [["d"], words.keys.dispatch],
    [["c"], words.keys.close],
    [["m"], words.keys.mute],
    [["1", "2", "3", "4"], words.keys.screens],
    [["?"], words.keys.help],
    [["Esc"], words.keys.escape],
  ];
  return (
    <WindowFrame title={words.keyboardHelp} onShut={shut} testId="help">
      <dl class="keys">
        {rows.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </WindowFrame>
  );
}
