/** A window over the page: a native dialog, so that focus stays inside and Escape shuts it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../text/language";
import { Cross } from "./icons";

interface WindowProps {
  title: ComponentChildren;
  onShut: () => void;
  wide?: boolean;
  testId?: string;
  children: ComponentChildren;
}

export function WindowFrame({ title, onShut, wide = false, testId, children }: WindowProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same by keyboard
    <dialog
      ref={dialog}
      class={wide ? "window window-wide" : "window"}
      aria-labelledby="window-title"
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onShut();
      }}
      onClick={(event) => {
        // A click on the backdrop lands on the dialog itself.
        if (event.target === dialog.current) onShut();
      }}
    >
      <div class="window-body">
        <header class="window-head">
          <h2 id="window-title">{title}</h2>
          <button type="button" class="icon-button" onClick={onShut} aria-label={text.value.shut}>
            <Cross />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
