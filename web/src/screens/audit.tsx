/** The audit log, for administrators and auditors. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { AuditRecord } from "../api/types";
import { Time } from "../parts/badges";
import { Book } from "../parts/icons";
import { failed } from "../state/board";
import { text } from "../text/language";

export function AuditScreen() {
  const words = text.value;
  const [items, setItems] = useState<AuditRecord[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [here, setHere] = useState(false);

  const load = useCallback(async (before: number | null) => {
    try {
      const page = await api.audit(before);
      setItems((earlier) => (before ? [...earlier, ...page.items] : page.items));
      setNext(page.next);
    } catch (error) {
      failed(error);
    }
    setHere(true);
  }, []);
  useEffect(() => {
    void load(null);
  }, [load]);

  return (
    <section class="page" aria-label={words.audit}>
      <div class="bar">
        <h1>{words.audit}</h1>
      </div>
      {items.length === 0 ? (
        <div class="empty">
          <Book />
          <p>
            <b>{here ? words.noAudit : words.loading}</b>
          </p>
        </div>
      ) : (
        <div class="table-frame">
          <table class="table audit" data-testid="audit">
            <thead>
              <tr>
                <th scope="col">{words.time}</th>
                <th scope="col">{words.auditWho}</th>
                <th scope="col">{words.auditWhat}</th>
                <th scope="col">{words.auditSubject}</th>
                <th scope="col">{words.reason}</th>
                <th scope="col">{words.auditHash}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((record) => (
                <tr key={record.seq}>
                  <td class="cell-time">
                    <Time at={record.at} full />
                  </td>
                  <td>{record.account}</td>
                  <td>
                    <code>{record.action}</code>
                  </td>
                  <td>{record.subject || "–"}</td>
                  <td>{record.reason ?? "–"}</td>
                  <td>
                    <code title={record.hash}>{record.hash.slice(0, 12)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next && (
        <button type="button" class="button older" onClick={() => void load(next)}>
          {words.older}
        </button>
      )}
    </section>
  );
}
