/** Nodes and their cameras: who is alive, what each camera sees and how well. */

import type { CameraHealth, Node, ViewAspect } from "../api/types";
import { Age, KindBadge, Time } from "../parts/badges";
import { Camera, Server, Warning } from "../parts/icons";
import { loaded, nodes } from "../state/board";
import { clock, count, dayAndClock, rate } from "../text/format";
import { language, text } from "../text/language";

export function CamerasScreen() {
  const words = text.value;
  return (
    <section class="page" aria-label={words.cameras}>
      <div class="bar">
        <h1>{words.cameras}</h1>
      </div>
      {nodes.value.length === 0 &&
        (loaded.value ? (
          <div class="empty">
            <Server />
            <p>
              <b>{words.noNodes}</b>
            </p>
            <p>{words.noNodesHelp}</p>
          </div>
        ) : (
          <p class="empty">{words.loading}</p>
        ))}
      {nodes.value.map((node) => (
        <NodePanel key={node.id} node={node} />
      ))}
    </section>
  );
}

function NodePanel({ node }: { node: Node }) {
  const words = text.value;
  const tongue = language.value;
  return (
    <section
      class={`panel node ${node.alive ? "" : "node-silent"}`}
      data-testid="node"
      data-node-id={node.id}
      data-alive={node.alive}
      aria-label={`${words.node} ${node.name}`}
    >
      <header class="node-head">
        <h2>
          <Server /> {node.name}
        </h2>
        <span class={`badge ${node.alive ? "sign-good" : "sign-bad"}`}>
          <i class="dot" />
          {node.alive
            ? words.nodeAlive
            : node.last_seen_at
              ? words.nodeSilentSince(clock(node.last_seen_at, tongue))
              : words.nodeSilent}
        </span>
        <dl class="node-facts">
          <div title={words.outboxHelp} class={node.outbox > 0 ? "fact-warning" : ""}>
            <dt>{words.outbox}</dt>
            <dd>{count(node.outbox, tongue)}</dd>
          </div>
          <div>
            <dt>{words.software}</dt>
            <dd>{node.software ?? "–"}</dd>
          </div>
          <div>
            <dt>{words.started}</dt>
            <dd>{node.started_at ? <Time at={node.started_at} full /> : words.never}</dd>
          </div>
          <div>
            <dt>{words.lastSeen}</dt>
            <dd>{node.last_seen_at ? <Age at={node.last_seen_at} /> : words.never}</dd>
          </div>
        </dl>
      </header>
      {node.cameras.length === 0 ? (
        <p class="panel-empty">{words.noCamerasOfNode}</p>
      ) : (
        <div class="camera-grid">
          {node.cameras.map((camera) => (
            <CameraPanel key={camera.camera} camera={camera} alive={node.alive} />
          ))}
        </div>
      )}
      {node.lists.length > 0 && <ListTable node={node} />}
    </section>
  );
}

/** The lists that a node compares with: which version, how old, what is wrong. */
function ListTable({ node }: { node: Node }) {
  const words = text.value;
  const tongue = language.value;
  return (
    // On a phone the table scrolls by itself, never the page.
    <div class="table-scroll">
      <table class="table" aria-label={`${words.lists} ${node.name}`}>
        <thead>
          <tr>
            <th scope="col">{words.lists}</th>
            <th scope="col">{words.listSource}</th>
            <th scope="col">{words.listVersion}</th>
            <th scope="col">{words.listAge}</th>
            <th scope="col">{words.listEntries}</th>
          </tr>
        </thead>
        <tbody>
          {node.lists.map((list) => (
            <tr
              key={`${list.source} ${list.id}`}
              data-testid="list"
              data-list={list.id}
              data-version={list.version ?? ""}
            >
              <th scope="row">
                {list.kind && <KindBadge kind={list.kind} />} {list.name}
                {list.error && (
                  <p class="camera-error">
                    <Warning /> {list.error}
                  </p>
                )}
              </th>
              <td>{words.listSources[list.source]}</td>
              <td>{list.version ?? "–"}</td>
              <td>
                {list.compiled_at ? <Age at={list.compiled_at} /> : words.listNotInUse}
                {list.readable_until && (
                  <small>
                    {" "}
                    · {words.listReadableUntil(dayAndClock(list.readable_until, tongue))}
                  </small>
                )}
              </td>
              <td>{count(list.entries, tongue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tone(camera: CameraHealth, alive: boolean): "good" | "warning" | "bad" | "idle" {
  if (!alive || camera.state === "down") return "bad";
  if (camera.state === "ended") return "idle";
  if (camera.state === "connecting" || camera.faults.length > 0) return "warning";
  return "good";
}

/** State of a camera as a coloured dot with its word (for a screen reader only when `short`). */
export function CameraSign({
  camera,
  alive,
  short = false,
}: {
  camera: CameraHealth;
  alive: boolean;
  short?: boolean;
}) {
  const words = text.value;
  const word = alive ? words.cameraStates[camera.state] : words.nodeSilent;
  const faults = camera.faults.map((fault) => words.faults[fault]);
  const sign = tone(camera, alive);
  return (
    <span
      class={short ? `sign sign-${sign}` : `badge sign-${sign}`}
      title={[word, ...faults].join(", ")}
    >
      {sign === "good" || sign === "idle" ? <i class="dot" /> : <Warning />}
      <span class={short ? "visually-hidden" : ""}>
        {short ? [word, ...faults].join(", ") : word}
      </span>
    </span>
  );
}

function CameraPanel({ camera, alive }: { camera: CameraHealth; alive: boolean }) {
  const words = text.value;
  const tongue = language.value;
  return (
    <article
      class={`camera camera-${tone(camera, alive)}`}
      data-testid="camera"
      data-camera={camera.camera}
      data-state={camera.state}
    >
      <header>
        <h3>
          <Camera /> {camera.camera_name}
        </h3>
        <CameraSign camera={camera} alive={alive} />
      </header>
      <p class="camera-site">{camera.site}</p>
      {camera.faults.length > 0 && (
        <p class="camera-faults">
          {camera.faults.map((fault) => (
            <span key={fault} class="badge sign-warning">
              <Warning /> {words.faults[fault]}
            </span>
          ))}
        </p>
      )}
      {camera.error && (
        <p class="camera-error">
          <Warning /> {camera.error}
        </p>
      )}
      <dl class="camera-facts">
        <div>
          <dt>{words.decodedFps}</dt>
          <dd>
            {rate(camera.decoded_fps, tongue)}
            <small>
              {" "}
              · {rate(camera.analysed_fps, tongue)} {words.analysedFps}
            </small>
          </dd>
        </div>
        <div>
          <dt>{words.lastFrame}</dt>
          <dd>{camera.last_frame_at ? <Age at={camera.last_frame_at} /> : words.never}</dd>
        </div>
        <div>
          <dt>{words.resolution}</dt>
          <dd>{camera.width_px > 0 ? `${camera.width_px}×${camera.height_px}` : "–"}</dd>
        </div>
        <div>
          <dt>{words.reconnects}</dt>
          <dd>{count(camera.reconnects, tongue)}</dd>
        </div>
        <div class={camera.dropped_frames > 0 ? "fact-warning" : ""}>
          <dt>{words.dropped}</dt>
          <dd>{count(camera.dropped_frames, tongue)}</dd>
        </div>
        <div class={camera.decode_errors > 0 ? "fact-warning" : ""}>
          <dt>{words.decodeErrors}</dt>
          <dd>{count(camera.decode_errors, tongue)}</dd>
        </div>
      </dl>
      {camera.view.length > 0 && <View camera={camera} />}
    </article>
  );
}

const UNITS: Record<ViewAspect, string> = {
  size: "px",
  sharpness: "",
  contrast: "",
  roll: "°",
  lean: "°",
  looks: "",
  reading: "%",
};

/** Whether plates are large, sharp and square enough, and what to change. */
function View({ camera }: { camera: CameraHealth }) {
  const words = text.value;
  const poor = camera.view.filter((finding) => finding.grade !== "good");
  const worst = poor.some((finding) => finding.grade === "bad") ? "bad" : "warning";
  return (
    <details class="camera-view" data-testid="view" open={poor.length > 0}>
      <summary>
        <span class={`sign sign-${poor.length === 0 ? "good" : worst}`}>
          {poor.length === 0 ? <i class="dot" /> : <Warning />}
        </span>{" "}
        {words.view(camera.view_passages)}
      </summary>
      {poor.length === 0 && <p>{words.viewGood}</p>}
      <ul>
        {camera.view.map((finding) => (
          <li key={finding.aspect} data-aspect={finding.aspect} data-grade={finding.grade}>
            <span class={finding.grade === "good" ? "" : `grade-${finding.grade}`}>
              {words.viewAspects[finding.aspect]}: {Math.round(finding.value)}
              {UNITS[finding.aspect] && ` ${UNITS[finding.aspect]}`} ·{" "}
              {words.viewGrades[finding.grade]}
            </span>
            {finding.advice && <p>{words.viewAdvice[finding.advice]}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}
