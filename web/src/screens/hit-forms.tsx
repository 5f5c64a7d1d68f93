/** The two steps that need words: which unit goes, and how it ended. */

import { useState } from "preact/hooks";
import type { ActionRequest, Hit, Outcome } from "../api/types";
import { Folder, Patrol } from "../parts/icons";
import { WindowFrame } from "../parts/window";
import { act } from "../state/board";
import { busy, during } from "../state/desk";
import { text } from "../text/language";

const OUTCOMES: readonly Outcome[] = ["confirmed", "false-read", "not-found", "no-action"];

interface FormProps {
  hit: Hit;
  onShut: () => void;
}

async function send(hit: Hit, request: ActionRequest, onShut: () => void): Promise<void> {
  if (await during(hit.id, () => act(hit.id, request))) onShut();
}

function textOf(form: FormData, name: string): string | null {
  return String(form.get(name) ?? "").trim() || null;
}

export function DispatchWindow({ hit, onShut }: FormProps) {
  const words = text.value;
  const [fault, setFault] = useState(false);
  return (
    <WindowFrame title={words.dispatchTitle(hit.plate)} onShut={onShut} testId="dispatch-window">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const unit = textOf(form, "unit");
          setFault(!unit);
          if (!unit) return;
          const note = textOf(form, "note");
          void send(hit, { action: "dispatch", outcome: null, note, unit }, onShut);
        }}
      >
        <label class="field">
          <span>{words.unit}</span>
          <input name="unit" data-testid="unit" maxLength={60} autoFocus aria-invalid={fault} />
          <small class={fault ? "fault" : ""} role={fault ? "alert" : undefined}>
            {fault ? words.giveUnit : words.unitHelp}
          </small>
        </label>
        <NoteField />
        <FormFoot waits={busy.value.has(hit.id)} onShut={onShut}>
          <Patrol /> {words.dispatch}
        </FormFoot>
      </form>
    </WindowFrame>
  );
}

export function CloseWindow({ hit, onShut }: FormProps) {
  const words = text.value;
  const [fault, setFault] = useState(false);
  return (
    <WindowFrame title={words.closeTitle(hit.plate)} onShut={onShut} testId="close-window">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const outcome = OUTCOMES.find((value) => value === form.get("outcome")) ?? null;
          setFault(!outcome);
          if (!outcome) return;
          const note = textOf(form, "note");
          void send(hit, { action: "close", outcome, note, unit: null }, onShut);
        }}
      >
        <fieldset class="choices">
          <legend>{words.outcome}</legend>
          {OUTCOMES.map((value, place) => (
            <label key={value} class="choice">
              <input
                type="radio"
                name="outcome"
                value={value}
                data-testid={`outcome-${value}`}
                autoFocus={place === 0}
                onChange={() => setFault(false)}
              />
              <span>
                <b>{words.outcomes[value]}</b>
                <small>{words.outcomesHelp[value]}</small>
              </span>
            </label>
          ))}
          {fault && (
            <small class="fault" role="alert">
              {words.chooseOutcome}
            </small>
          )}
        </fieldset>
        <NoteField />
        <FormFoot waits={busy.value.has(hit.id)} onShut={onShut}>
          <Folder /> {words.close}
        </FormFoot>
      </form>
    </WindowFrame>
  );
}

function NoteField() {
  return (
    <label class="field">
      <span>{text.value.noteOptional}</span>
      <textarea name="note" data-testid="note" rows={3} maxLength={1000} />
    </label>
  );
}

function FormFoot({
  waits,
  onShut,
  children,
}: {
  waits: boolean;
  onShut: () => void;
  children: preact.ComponentChildren;
}) {
  return (
    <div class="form-foot">
      <button type="button" class="button" onClick={onShut}>
        {text.value.cancel}
      </button>
      <button type="submit" class="button button-main" data-testid="submit" disabled={waits}>
        {children}
      </button>
    </div>
  );
}
