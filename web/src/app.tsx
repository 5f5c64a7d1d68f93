/** The page as a whole. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Header } from "./parts/header";
import { Cross, Warning } from "./parts/icons";
import { AuditScreen } from "./screens/audit";
import { CamerasScreen } from "./screens/cameras";
import { HitsScreen } from "./screens/hits";
import { SignInScreen } from "./screens/sign-in";
import { TransitsScreen } from "./screens/transits";
import { OpenWindow } from "./screens/windows";
import { announcement, connection, follow, newHits } from "./state/board";
import { open, selected } from "./state/desk";
import { drop, notices } from "./state/notices";
import { screen } from "./state/route";
import { account, maySee } from "./state/session";
import { language, text } from "./text/language";

export function App() {
  if (!account.value) return <SignInScreen />;
  return <ControlRoom key={account.value.id} />;
}

function ControlRoom() {
  useEffect(() => {
    const stop = maySee.value ? follow() : null;
    return () => {
      stop?.();
      open.value = null;
      selected.value = null;
    };
  }, []);
  return (
    <>
      <Header />
      {maySee.value && connection.value.kind === "reconnecting" && (
        <p class="banner" role="status">
          <Warning /> {text.value.reconnectingHelp}
        </p>
      )}
      <main id="content" tabIndex={-1}>
        <CurrentScreen />
      </main>
      <OpenWindow />
      <Notices />
      <div class="visually-hidden" aria-live="assertive" data-testid="announcement">
        {announcement.value}
      </div>
    </>
  );
}

function CurrentScreen() {
  switch (screen.value) {
    case "hits":
      return <HitsScreen />;
    case "transits":
      return <TransitsScreen />;
    case "cameras":
      return <CamerasScreen />;
    case "audit":
      return <AuditScreen />;
  }
}

function Notices() {
  return (
    <div class="notices">
      {notices.value.map((notice) => (
        <p
          key={notice.id}
          class={`notice notice-${notice.tone}`}
          role={notice.tone === "bad" ? "alert" : "status"}
          data-testid="notice"
        >
          {notice.tone === "bad" && <Warning />}
          <span>{notice.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={text.value.shut}
            onClick={() => drop(notice.id)}
          >
            <Cross />
          </button>
        </p>
      ))}
    </div>
  );
}

/** Keeps the browser's tab and the document's language in step with the page. */
export function followTitle(): void {
  effect(() => {
    const words = text.value;
    document.documentElement.lang = language.value;
    const waiting = account.value ? newHits.value.length : 0;
    const title = account.value ? `${words[screen.value]} · ${words.product}` : words.product;
    document.title = waiting > 0 ? `(${waiting}) ${title}` : title;
  });
}
