import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "lucide-react";
import { client, data, pictureUrl } from "../../api/client";
import { useMay } from "../../api/session";
import { personName } from "../../passage/name";
import { Face } from "../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { CustodyBadge, TagMenu } from "./TagMenu";
import css from "./People.module.css";

/** Tags that were issued and not returned, longest first. */
export function TagsOut() {
  const mayEdit = useMay("operator");
  const tags = useQuery({ queryKey: ["tags"], queryFn: () => data(client.GET("/api/v1/tags")) });
  if (tags.isError) return <Failed error={tags.error} retry={() => void tags.refetch()} />;
  if (!tags.data) return <Skeleton rows={5} />;
  if (tags.data.length === 0) {
    return (
      <Empty icon={Tag} title="No tag is out">
        A tag issued at an entry is listed here until it is returned at an exit.
      </Empty>
    );
  }
  return (
    <Table
      label="Tags that are out"
      rows={tags.data}
      rowKey={(custody) => custody.tag}
      columns={[
        { head: "Tag", main: true, cell: (custody) => <code>{custody.tag}</code> },
        {
          head: "In the hands of",
          cell: ({ person }) =>
            person ? (
              <span className={css.person}>
                <Face src={pictureUrl(person.photo)} name={person.name} size={32} />
                <Link to="/people/$id" params={{ id: person.id }}>
                  {personName(person)}
                </Link>
              </span>
            ) : (
              <span className="muted">Nobody known</span>
            ),
        },
        { head: "Custody", cell: (custody) => <CustodyBadge state={custody.state} /> },
        { head: "Since", cell: (custody) => <Time at={custody.since} show="full" seconds={false} /> },
        {
          head: <span className="visually-hidden">Actions</span>,
          shrink: true,
          cell: (custody) => mayEdit && <TagMenu tag={custody} />,
        },
      ]}
    />
  );
}
