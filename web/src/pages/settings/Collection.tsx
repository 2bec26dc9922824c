import { PencilLine, Plus, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Panel } from "../../ui/Panel";
import { Table, type Column } from "../../ui/Table";
import { useSettingsChange } from "./change";
import css from "./Settings.module.css";

interface CollectionProps<Row> {
  title: string;
  add: string;
  rows: Row[];
  columns: Column<Row>[];
  /** Shown while there is none. */
  empty: ReactNode;
  /** The form; `null`: a new one. */
  form: (row: Row | null, onClose: () => void) => ReactNode;
  remove: (id: string) => Promise<unknown>;
  removed: string;
  /** What is kept when one is removed, and what has to be done first. */
  keeps: string;
  /** Which cached answers a removal makes old. */
  touches: string[];
}

/** Named things of the site: a table, a form to add and edit, and a question before one is removed. */
export function Collection<Row extends { id: string; name: string }>(props: CollectionProps<Row>) {
  const { title, add, rows, columns, empty, form, keeps } = props;
  const [editing, setEditing] = useState<Row | "new" | null>(null);
  const [removing, setRemoving] = useState<Row | null>(null);
  const remove = useSettingsChange(props.touches, props.remove, props.removed);
  return (
    <Panel
      flush
      title={title}
      aside={
        <Button size="s" icon={Plus} onClick={() => setEditing("new")}>
          {add}
        </Button>
      }
    >
      {rows.length === 0 ? (
        empty
      ) : (
        <Table
          label={title}
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            ...columns,
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (row) => (
                <span className={css.actions}>
                  <IconButton size="s" icon={PencilLine} label={`Edit ${row.name}`} onClick={() => setEditing(row)} />
                  <IconButton size="s" icon={Trash2} label={`Remove ${row.name}`} onClick={() => setRemoving(row)} />
                </span>
              ),
            },
          ]}
        />
      )}
      {editing && form(editing === "new" ? null : editing, () => setEditing(null))}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ""}?`}
        confirm="Remove"
        danger
        onConfirm={() => remove.mutateAsync(removing?.id ?? "")}
      >
        <p>{keeps}</p>
      </Confirm>
    </Panel>
  );
}
