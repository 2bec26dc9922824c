import { Ban, MoreHorizontal, Tag, TriangleAlert, Undo2 } from "lucide-react";
import { client } from "../../api/client";
import { usePeopleChange } from "../../api/people";
import { useMay } from "../../api/session";
import type { Custody } from "../../api/types";
import { Badge, type Tone } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { Menu, MenuItem } from "../../ui/Menu";
import { said } from "../../ui/Toasts";
import { custodyStates } from "../../words";

const tones: Record<Custody["state"], Tone> = {
  issued: "info",
  assigned: "good",
  returned: "neutral",
  lost: "bad",
  revoked: "bad",
};

/** Who has a tag, in one word. */
export function CustodyBadge({ state }: { state: Custody["state"] }) {
  return (
    <Badge tone={tones[state]} icon={Tag}>
      {custodyStates[state]}
    </Badge>
  );
}

const of = (tag: string) => ({ params: { path: { tag } } });

/** What an operator can say about a tag. */
export function TagMenu({ tag }: { tag: { tag: string; state: Custody["state"] } }) {
  const mayRevoke = useMay("admin");
  const giveBack = usePeopleChange(() => client.POST("/api/v1/tags/{tag}/return", of(tag.tag)));
  const lost = usePeopleChange(() => client.POST("/api/v1/tags/{tag}/lost", of(tag.tag)));
  const revoke = usePeopleChange(() => client.POST("/api/v1/tags/{tag}/revoke", of(tag.tag)));
  return (
    <Menu trigger={<IconButton size="s" icon={MoreHorizontal} label={`What to do with tag ${tag.tag}`} />}>
      <MenuItem icon={Undo2} onSelect={() => giveBack.mutate(undefined, { onSuccess: () => said(`Tag ${tag.tag} returned`) })}>
        {tag.state === "assigned" ? "End the assignment" : "Returned"}
      </MenuItem>
      <MenuItem
        icon={TriangleAlert}
        onSelect={() =>
          lost.mutate(undefined, { onSuccess: () => said(`Tag ${tag.tag} is lost`, "A passage with it is denied from now on.") })
        }
      >
        Lost
      </MenuItem>
      {mayRevoke && (
        <MenuItem
          icon={Ban}
          danger
          onSelect={() => revoke.mutate(undefined, { onSuccess: () => said(`Tag ${tag.tag} is revoked`) })}
        >
          Revoke
        </MenuItem>
      )}
    </Menu>
  );
}
