/** Sign-in by name and password; the one-time link signs in without it. */

import { useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { Logo, Warning } from "../parts/icons";
import { LanguageSwitch } from "../parts/switches";
import { session, signIn, start } from "../state/session";
import { text } from "../text/language";
import { trouble } from "../text/trouble";

export function SignInScreen() {
  const words = text.value;
  const now = session.value;
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <div class="sign-in-brand">
          <Logo />
          <span>
            <b>{words.product}</b>
            <small>{words.controlRoom}</small>
          </span>
        </div>
        {now.kind === "unknown" || now.kind === "entering" ? (
          <p class="sign-in-wait" role="status">
            {now.kind === "entering" ? words.signInByLink : words.loading}
          </p>
        ) : now.kind === "unreachable" ? (
          <>
            <p class="fault" role="alert">
              <Warning /> {trouble(now.error, words)}
            </p>
            <button type="button" class="button button-main" onClick={() => void start()}>
              {words.tryAgain}
            </button>
          </>
        ) : (
          <SignInForm reason={now.kind === "out" ? now.reason : null} />
        )}
        <LanguageSwitch />
      </div>
    </main>
  );
}

function SignInForm({ reason }: { reason: null | "ended" | "link" }) {
  const words = text.value;
  const [error, setError] = useState<unknown>(null);
  const [waits, setWaits] = useState(false);
  const submit = async (form: FormData) => {
    setWaits(true);
    setError(null);
    try {
      await signIn(String(form.get("name") ?? ""), String(form.get("password") ?? ""));
    } catch (failure) {
      setError(failure);
    } finally {
      setWaits(false);
    }
  };
  const fault = error
    ? error instanceof ApiError && (error.status === 401 || error.status === 403)
      ? words.signInWrong
      : trouble(error, words)
    : reason === "link"
      ? words.signInLinkSpent
      : reason === "ended"
        ? words.sessionEnded
        : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <h1>{words.signInTitle}</h1>
      {fault && (
        <p class="fault" role="alert">
          <Warning /> {fault}
        </p>
      )}
      <label class="field">
        <span>{words.name}</span>
        <input name="name" autoComplete="username" required autoFocus data-testid="name" />
      </label>
      <label class="field">
        <span>{words.password}</span>
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          data-testid="password"
        />
      </label>
      <button type="submit" class="button button-main" data-testid="sign-in" disabled={waits}>
        {words.signIn}
      </button>
    </form>
  );
}
