/** Where the in-car screen begins. */

import { render } from "preact";
import { unlock, unlockByAnyTouch } from "../sound/tone";
import { startClock } from "../state/clock";
import { App } from "./app";
import { follow, locked } from "./board";
import { enter } from "./calls";
import { applyLight } from "./light";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/incar.css";

applyLight();
startClock();
unlockByAnyTouch();
// A screen of its own may sound without a touch, where its browser was started so.
void unlock();

async function begin(): Promise<void> {
  // `#token` in the address lets another machine's browser in; it does not stay there.
  const token = decodeURIComponent(location.hash.slice(1));
  if (token) {
    history.replaceState(null, "", location.pathname);
    try {
      await enter(token);
    } catch {
      locked.value = true;
      return;
    }
  }
  follow();
}
void begin();

const root = document.getElementById("app");
if (root) render(<App />, root);
