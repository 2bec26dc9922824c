import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, FileUp, PencilLine } from "lucide-react";
import { useCallback, useState } from "react";
import { csvUrl, filterOf, logQuery, unresolvedQuery } from "../../api/log";
import { useMay } from "../../api/session";
import { Button, buttonClass } from "../../ui/Button";
import { count } from "../../ui/format";
import { Page } from "../../ui/Panel";
import { Segmented } from "../../ui/Segmented";
import { useZone } from "../../ui/Time";
import { AddMissed } from "./AddMissed";
import { EntryDrawer } from "./EntryDrawer";
import { Filters } from "./Filters";
import { ImportLog } from "./ImportLog";
import { LogList } from "./LogList";
import type { LogSearch } from "./search";
import { UnresolvedList } from "./UnresolvedList";
import css from "./Log.module.css";

/** Everything that stands in the log, newest first. */
export function Log() {
  const search = useSearch({ from: "/house/log" });
  const navigate = useNavigate({ from: "/log" });
  const zone = useZone();
  const filter = filterOf(search, zone);
  const log = useInfiniteQuery({ ...logQuery(filter), enabled: search.view !== "unresolved" });
  const unresolved = useInfiniteQuery(unresolvedQuery);
  const waiting = unresolved.data?.pages.flat().filter((group) => !group.dismissed).length;
  const size = log.data?.pages[0]?.size;
  const open = useCallback(
    (event: string | null) =>
      void navigate({ search: ({ event: _before, ...rest }) => (event === null ? rest : { ...rest, event }) }),
    [navigate],
  );
  const setFilters = (next: LogSearch) => void navigate({ search: next, replace: true });
  const setView = (view: "log" | "unresolved") => void navigate({ search: view === "unresolved" ? { view } : {} });
  return (
    <Page
      title="Log"
      about={
        size === undefined
          ? undefined
          : `${count(size, "entry", "entries")}, append-only: corrections are added, nothing is changed`
      }
      actions={<Actions csv={csvUrl(filter)} />}
    >
      <div className={css.bar}>
        <Segmented
          label="What to show"
          value={search.view ?? "log"}
          onChange={setView}
          options={[
            { value: "log", label: "Entries" },
            { value: "unresolved", label: "Unresolved", ...(waiting ? { count: waiting } : {}) },
          ]}
        />
      </div>
      {search.view === "unresolved" ? (
        <UnresolvedList list={unresolved} />
      ) : (
        <>
          <Filters search={search} onChange={setFilters} />
          <LogList log={log} onOpen={open} filtered={Object.keys(filter).length > 0} onClear={() => setFilters({})} />
        </>
      )}
      {search.event !== undefined && <EntryDrawer event={search.event} onOpen={open} onClose={() => open(null)} />}
    </Page>
  );
}

function Actions({ csv }: { csv: string }) {
  const mayCorrect = useMay("operator");
  const [dialog, setDialog] = useState<"missed" | "import" | null>(null);
  return (
    <>
      <a className={buttonClass("ghost")} href={csv} download="log.csv">
        <Download size={16} aria-hidden /> CSV
      </a>
      {mayCorrect && (
        <>
          <Button variant="ghost" icon={FileUp} onClick={() => setDialog("import")}>
            Import a card's log
          </Button>
          <Button icon={PencilLine} onClick={() => setDialog("missed")}>
            Add a missed entry or exit
          </Button>
        </>
      )}
      {dialog === "missed" && <AddMissed onClose={() => setDialog(null)} />}
      {dialog === "import" && <ImportLog onClose={() => setDialog(null)} />}
    </>
  );
}
