/** Loading of an evidence picture for drawing; the browser fetches each address once. */

import { useEffect, useState } from "preact/hooks";

export type Loading =
  | { kind: "loading" }
  | { kind: "ready"; image: HTMLImageElement }
  | { kind: "missing" };

export function usePicture(address: string): Loading {
  const [loading, setLoading] = useState<Loading>({ kind: "loading" });
  useEffect(() => {
    let wanted = true;
    const image = new Image();
    image.decoding = "async";
    image.src = address;
    image.decode().then(
      () => wanted && setLoading({ kind: "ready", image }),
      () => wanted && setLoading({ kind: "missing" }),
    );
    return () => {
      wanted = false;
    };
  }, [address]);
  return loading;
}
