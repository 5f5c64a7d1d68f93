/** Where the control room begins. */

import { render } from "preact";
import { App, followTitle } from "./app";
import { unlockByAnyTouch } from "./sound/tone";
import { startClock } from "./state/clock";
import { listenToKeys } from "./state/keyboard";
import { followAddress } from "./state/route";
import { start } from "./state/session";
import { applyTheme } from "./state/theme";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/hits.css";
import "./styles/pages.css";

applyTheme();
startClock();
void start().then(followAddress);
followTitle();
listenToKeys();
unlockByAnyTouch();

const root = document.getElementById("app");
if (root) render(<App />, root);
