/** The evidence picture with the plate's corners, and the plate cut out of it and straightened. */

import { useEffect, useRef, useState } from "preact/hooks";
import { evidenceAddress } from "../api/client";
import type { Evidence as EvidenceOf, Point, Quad } from "../api/types";
import { straighten, straightSize } from "../plate/perspective";
import { text } from "../text/language";
import { Cross, Warning } from "./icons";
import { usePicture } from "./picture";

/** Share of the plate's size shown around it. */
const MARGIN = 0.08;
/** Pixels of the straightened picture; the screen scales it. */
const STRAIGHT_WIDTH_PX = 480;

interface EvidenceProps {
  evidence: EvidenceOf;
  plate: string;
  camera: string;
  /** Called when the picture is on the screen. */
  onShown?: () => void;
  onOpen?: () => void;
}

export function Evidence({ evidence, plate, camera, onShown, onOpen }: EvidenceProps) {
  const [missing, setMissing] = useState(false);
  const words = text.value;
  const { width_px: width, height_px: height } = evidence;
  const picture = (
    <>
      {missing ? (
        <span class="evidence-missing">
          <Warning /> {words.evidenceMissing}
        </span>
      ) : (
        <>
          <img
            data-testid="evidence"
            src={evidenceAddress(evidence.sha256)}
            alt={words.evidenceOf(plate, camera)}
            width={width}
            height={height}
            decoding="async"
            onLoad={() => onShown?.()}
            onError={() => setMissing(true)}
          />
          <svg
            class="evidence-marks"
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="xMidYMid meet"
            aria-hidden="true"
          >
            <polygon class="quad-halo" points={points(grown(evidence.quad, 0.12))} />
            <polygon class="quad" points={points(grown(evidence.quad, 0.12))} />
          </svg>
        </>
      )}
    </>
  );
  return onOpen ? (
    <button type="button" class="evidence" title={words.openPicture} onClick={onOpen}>
      {picture}
    </button>
  ) : (
    <div class="evidence">{picture}</div>
  );
}

/** The quad moved outwards by a share of its size, so that its line does not cover the plate. */
export function grown(quad: Quad, share: number): Quad {
  const x = quad.reduce((sum, corner) => sum + corner[0], 0) / 4;
  const y = quad.reduce((sum, corner) => sum + corner[1], 0) / 4;
  return quad.map(
    (corner): Point => [corner[0] + (corner[0] - x) * share, corner[1] + (corner[1] - y) * share],
  ) as Quad;
}

function points(quad: Quad): string {
  return quad.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

/** The plate enlarged and straightened, from the evidence picture itself. */
export function PlateCrop({ evidence, plate }: { evidence: EvidenceOf; plate: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = usePicture(evidenceAddress(evidence.sha256));
  const image = picture.kind === "ready" ? picture.image : null;
  const size = straightSize(evidence.quad, STRAIGHT_WIDTH_PX);
  useEffect(() => {
    if (image && canvas.current) draw(canvas.current, image, evidence.quad);
  }, [image, evidence]);
  if (picture.kind === "missing") {
    return (
      <span class="crop crop-missing">
        <Cross />
      </span>
    );
  }
  return (
    <canvas
      ref={canvas}
      class="crop"
      data-testid="crop"
      width={size.width}
      height={size.height}
      role="img"
      aria-label={text.value.plateEnlarged(plate)}
    />
  );
}

function draw(canvas: HTMLCanvasElement, image: HTMLImageElement, quad: Quad): void {
  // Only the plate's surroundings are copied: a whole 4K picture per card would cost 33 MB.
  const wide = grown(quad, MARGIN * 2 + 0.1);
  const left = Math.max(0, Math.floor(Math.min(...wide.map((corner) => corner[0]))) - 2);
  const top = Math.max(0, Math.floor(Math.min(...wide.map((corner) => corner[1]))) - 2);
  const right = Math.min(image.naturalWidth, Math.ceil(Math.max(...wide.map((c) => c[0]))) + 2);
  const bottom = Math.min(image.naturalHeight, Math.ceil(Math.max(...wide.map((c) => c[1]))) + 2);
  const width = right - left;
  const height = bottom - top;
  const target = canvas.getContext("2d");
  const source = document.createElement("canvas");
  source.width = width;
  source.height = height;
  const context = source.getContext("2d", { willReadFrequently: true });
  if (width < 2 || height < 2 || !target || !context) return;
  context.drawImage(image, left, top, width, height, 0, 0, width, height);
  const moved = quad.map(([x, y]): Point => [x - left, y - top]) as Quad;
  const pixels = straighten(context.getImageData(0, 0, width, height), moved, canvas, MARGIN);
  target.putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
}
