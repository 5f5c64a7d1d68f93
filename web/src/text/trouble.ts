/** A failed call in words: what happened and what to do. */

import { ApiError } from "../api/client";
import type { Dictionary } from "./en";

export function trouble(error: unknown, words: Dictionary): string {
  if (!(error instanceof ApiError)) return words.errorServer;
  const said = error.detail ? ` (${error.detail})` : "";
  if (error.status === 0) return words.errorUnreachable;
  if (error.status === 403) return words.errorForbidden + said;
  if (error.status === 404) return words.errorNotFound;
  if (error.status === 409) return words.errorConflict + said;
  if (error.status === 429) return words.errorBusy;
  if (error.status < 500) return words.errorInvalid + said;
  return words.errorServer + said;
}
