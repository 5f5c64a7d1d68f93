/** Line icons on a 24-pixel grid, drawn for this page. They are decoration: words stand beside them. */

import type { ComponentChildren } from "preact";
import type { ListKind } from "../api/types";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** A gate seen by a camera, with a plate passing under it. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-gate" d="M5 27V14a11 11 0 0 1 22 0v13" />
      <rect class="logo-plate" x="8.5" y="18" width="15" height="7" rx="1.6" />
      <path class="logo-text" d="M12 21.5h8" />
    </svg>
  );
}

export const Bell = () => (
  <Icon>
    <path d="M18 9a6 6 0 0 0-12 0c0 6-2.5 7-2.5 7h17S18 15 18 9M10 20a2 2 0 0 0 4 0" />
  </Icon>
);
export const Lanes = () => (
  <Icon>
    <path d="M4 21 8 3M20 21 16 3M12 5v2m0 4v2m0 4v3" />
  </Icon>
);
export const Camera = () => (
  <Icon>
    <path d="m3 9 13-4.5 2.5 6.5-13 4.5zM10 14l1.5 4H20M5 20v-4M20 15v6" />
  </Icon>
);
export const Book = () => (
  <Icon>
    <path d="M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11M9 8h6" />
  </Icon>
);
export const Check = () => (
  <Icon>
    <path d="m4.5 12.5 5 5 10-11" />
  </Icon>
);
export const Almost = () => (
  <Icon>
    <path d="M4 9.5c2.7-3 5.3-3 8 0s5.3 3 8 0M4 16.5c2.7-3 5.3-3 8 0s5.3 3 8 0" />
  </Icon>
);
export const Patrol = () => (
  <Icon>
    <path d="M3 17v-4l2.5-5h13L21 13v4M3 13h18M6 17v2.5M18 17v2.5M3 17h18M10 5h4M12 5v3" />
  </Icon>
);
export const Folder = () => (
  <Icon>
    <path d="M4 5h16v4H4zM5.5 9v10h13V9M10 13h4" />
  </Icon>
);
export const Sound = () => (
  <Icon>
    <path d="M4 9.5v5h4l5 4v-13l-5 4zM16.5 9a4 4 0 0 1 0 6M19 6a8 8 0 0 1 0 12" />
  </Icon>
);
export const Mute = () => (
  <Icon>
    <path d="M4 9.5v5h4l5 4v-13l-5 4zM16.5 9.5l5 5m0-5-5 5" />
  </Icon>
);
export const Person = () => (
  <Icon>
    <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5a7.5 7.5 0 0 1 15 0" />
  </Icon>
);
export const Eye = () => (
  <Icon>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6" />
  </Icon>
);
export const Cross = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);
export const Up = () => (
  <Icon>
    <path d="M12 20V5M6 11l6-6 6 6" />
  </Icon>
);
export const Pin = () => (
  <Icon>
    <path d="M12 21.5s7-6.2 7-11.5a7 7 0 0 0-14 0c0 5.300 7 11.500 7 11.500M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5" />
  </Icon>
);
export const Search = () => (
  <Icon>
    <path d="M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M15.500 15.500 21 21" />
  </Icon>
);
export const Warning = () => (
  <Icon>
    <path d="M12 4 2.500 20h19zM12 10v4.500M12 17.200v.1" />
  </Icon>
);
export const Server = () => (
  <Icon>
    <path d="M4 4h16v7H4zM4 13h16v7H4zM7.500 7.500h.1M7.500 16.500h.1M12 7.500h5M12 16.500h5" />
  </Icon>
);
export const Keyboard = () => (
  <Icon>
    <path d="M3 6h18v12H3zM7 10h.1M11 10h.1M15 10h.1M17.500 10h.1M8 14h8" />
  </Icon>
);

const KINDS: Record<ListKind, ComponentChildren> = {
  // A car with a broken lock.
  stolen: <path d="M6 11h12v9H6zM9 11V7a3.500 3.500 0 0 1 6.800-1.200M12 14.500v2.500" />,
  // Cross hairs.
  wanted: <path d="M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14M12 2v6M12 16v6M2 12h6M16 12h6" />,
  // A shield crossed out.
  uninsured: (
    <path d="M12 3 5 6v5.500c0 4.500 3 8 7 9.500 4-1.500 7-5 7-9.500V6zM9.500 9.500l5 5m0-5-5 5" />
  ),
  // A calendar that ran out.
  "not-inspected": (
    <path d="M4 6h16v14H4zM4 10.500h16M8 3.500V7M16 3.500V7M12 13v2.500M12 17.700v.1" />
  ),
  // A wheel clamp.
  seized: <path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16M6.500 6.500l11 11" />,
  permit: <path d="M5 4h14v16H5zM9 12l2.500 2.500L15.500 9.500" />,
  ignored: (
    <path d="M3 3l18 18M10 6c5.500-1.500 9.500 2 11.500 6-.6 1.200-1.400 2.400-2.500 3.400M6.500 7.500C4.700 8.700 3.400 10.300 2.500 12c2.400 4.600 7.500 8 13 5.500" />
  ),
};

export const KindIcon = ({ kind }: { kind: ListKind }) => <Icon>{KINDS[kind]}</Icon>;

const TURN: Record<string, string> = {
  approaching: "M12 4v15M6 13l6 6 6-6",
  receding: "M12 20V5M6 11l6-6 6 6",
  left: "M20 12H5M11 6l-6 6 6 6",
  right: "M4 12h15M13 6l6 6-6 6",
  still: "M8 7v10M16 7v10",
  unknown: "M9 9a3 3 0 1 1 4 2.800c-.7.300-1 .800-1 1.700M12 17v.1",
};

export const DirectionIcon = ({ direction }: { direction: string }) => (
  <Icon>
    <path d={TURN[direction] ?? TURN.unknown} />
  </Icon>
);
