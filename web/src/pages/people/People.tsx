import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { Download, Upload, UserPlus, UsersRound } from "lucide-react";
import { useEffect, useState } from "react";
import { peopleQuery } from "../../api/people";
import { pictureUrl } from "../../api/client";
import { useMay } from "../../api/session";
import type { Person } from "../../api/types";
import { personName } from "../../passage/name";
import { Badge } from "../../ui/Badge";
import { Button, buttonClass } from "../../ui/Button";
import { count } from "../../ui/format";
import { MoreRows } from "../../ui/MoreRows";
import { Page, Panel } from "../../ui/Panel";
import { Face } from "../../ui/Picture";
import { Segmented } from "../../ui/Segmented";
import { SearchField } from "../../ui/SearchField";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Table, type Column } from "../../ui/Table";
import { useDelayed } from "../../ui/useDelayed";
import { AddPerson } from "./AddPerson";
import { FingerFiles } from "./FingerFiles";
import { ImportFingers } from "./ImportFingers";
import { ImportPeople } from "./ImportPeople";
import { Reenrolment } from "./Reenrolment";
import { StatusBadge } from "./StatusBadge";
import { Strangers } from "./Strangers";
import { TagsOut } from "./TagsOut";
import css from "./People.module.css";

/** Everybody the site knows, found as one types. */
export function People() {
  const { q = "", add, view } = useSearch({ from: "/house/people" });
  const navigate = useNavigate({ from: "/people" });
  const [text, setText] = useState(q);
  const settled = useDelayed(text.trim());
  const [importing, setImporting] = useState<"people" | "fingers" | null>(null);
  // A page that is being opened must not be called back by what was typed before.
  const here = useRouterState({ select: (state) => state.location.pathname === "/people" });
  useEffect(() => {
    if (here && view === undefined && settled !== q)
      void navigate({
        search: (before) => ({ ...before, q: settled === "" ? undefined : settled }) as typeof before,
        replace: true,
      });
  }, [here, settled, q, view, navigate]);
  const people = useInfiniteQuery(peopleQuery(settled));
  const mayAudit = useMay("auditor");
  const mayMeet = useMay("operator");
  const rows = people.data?.pages.flatMap((page) => page.people) ?? [];
  const total = people.data?.pages[0]?.total;
  const setAdd = (open: boolean) =>
    void navigate({
      search: (before) => (open ? { ...before, add: 1 as const } : before.q === undefined ? {} : { q: before.q }),
    });
  return (
    <Page
      title="People"
      about={total === undefined ? undefined : count(total, "person in the registry", "people in the registry")}
      actions={<Actions onAdd={() => setAdd(true)} onImport={setImporting} />}
    >
      {mayAudit && <Reenrolment />}
      <Segmented
        label="What to show"
        value={view ?? "people"}
        onChange={(next) => void navigate({ search: next === "people" ? {} : { view: next } })}
        options={[
          { value: "people", label: "People" },
          ...(mayMeet ? [{ value: "strangers" as const, label: "Strangers" }] : []),
          { value: "tags", label: "Tags out" },
        ]}
      />
      {view === "tags" ? (
        <Panel flush>
          <TagsOut />
        </Panel>
      ) : view === "strangers" && mayMeet ? (
        <Strangers />
      ) : (
        <>
          <div className={css.find}>
            <SearchField
              label="Search by name, number or tag"
              value={text}
              onChange={setText}
              autoFocus={matchMedia("(pointer: fine)").matches}
            />
          </div>
          <Panel flush>
            {people.isError ? (
              <Failed error={people.error} retry={() => void people.refetch()} />
            ) : people.isPending ? (
              <Skeleton rows={8} height={28} />
            ) : rows.length === 0 ? (
              <Nobody text={settled} onAdd={() => setAdd(true)} />
            ) : (
              <Table
                label="People"
                rows={rows}
                columns={columns}
                rowKey={(person) => person.id}
                faded={(person) => person.status === "suspended"}
                onRow={(person) => void navigate({ to: "/people/$id", params: { id: person.id } })}
              />
            )}
            <MoreRows more={people.hasNextPage} busy={people.isFetchingNextPage} onMore={() => void people.fetchNextPage()} />
          </Panel>
        </>
      )}
      {add === 1 && <AddPerson onClose={() => setAdd(false)} />}
      {importing === "people" && <ImportPeople onClose={() => setImporting(null)} />}
      {importing === "fingers" && <ImportFingers onClose={() => setImporting(null)} />}
    </Page>
  );
}

function Actions({ onAdd, onImport }: { onAdd: () => void; onImport: (what: "people" | "fingers") => void }) {
  const mayAdd = useMay("operator");
  const isAdmin = useMay("admin");
  return (
    <>
      {isAdmin && (
        <>
          <a className={buttonClass("ghost")} href="/api/v1/people/export" download="a_d.csv">
            <Download size={16} aria-hidden /> Export
          </a>
          <Button icon={Upload} variant="ghost" onClick={() => onImport("people")}>
            Import
          </Button>
          <FingerFiles onImport={() => onImport("fingers")} />
        </>
      )}
      {mayAdd && (
        <Button icon={UserPlus} variant="primary" onClick={onAdd}>
          Add person
        </Button>
      )}
    </>
  );
}

function Nobody({ text, onAdd }: { text: string; onAdd: () => void }) {
  const mayAdd = useMay("operator");
  const action = mayAdd && (
    <Button icon={UserPlus} variant={text === "" ? "primary" : "secondary"} onClick={onAdd}>
      Add person
    </Button>
  );
  if (text !== "") {
    return (
      <Empty icon={UsersRound} title={`Nobody fits “${text}”`} action={action}>
        Search by part of a name, by person number, or by a tag as the reader prints it.
      </Empty>
    );
  }
  return (
    <Empty icon={UsersRound} title="Nobody is registered yet" action={action}>
      Add people with a webcam or from photographs. An administrator can import a classic card's <code>a_d.csv</code>.
    </Empty>
  );
}

const columns: Column<Person>[] = [
  {
    head: "Name",
    main: true,
    cell: (person) => (
      <span className={css.person}>
        <Face src={pictureUrl(person.photo)} name={person.name} size={40} />
        <Link to="/people/$id" params={{ id: person.id }} className={css.name}>
          {personName({ ...person, deleted: false })}
        </Link>
      </span>
    ),
  },
  { head: "Number", cell: (person) => <span className="num">{person.number}</span> },
  { head: "Department", cell: (person) => person.department },
  { head: "Status", cell: (person) => <StatusBadge person={person} /> },
  {
    head: "May pass",
    cell: (person) =>
      person.places.allowed === "everywhere" ? (
        "Everywhere"
      ) : (
        <Badge>{count(person.places.access_points.length, "access point", "access points")}</Badge>
      ),
    wideOnly: true,
  },
];
