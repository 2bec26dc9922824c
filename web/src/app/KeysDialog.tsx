import { Check } from "../ui/Field";
import { Dialog } from "../ui/Dialog";
import { switchKeys, useKeysOn } from "../ui/keys";
import { places } from "./nav";
import css from "./KeysDialog.module.css";

const others: [string, string][] = [
  ["/", "Search"],
  ["?", "This list"],
  ["Esc", "Close what is open"],
  ["f", "Live: first camera full screen"],
];

/** The keys, and the switch that turns them off. */
export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const on = useKeysOn();
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard" width="s">
      <Check
        label="Keys are on"
        hint="Switch them off when you dictate: speech input types letters."
        checked={on}
        onChange={(event) => switchKeys(event.target.checked)}
      />
      <dl className={css.keys}>
        {others.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
        {places.map((place) => (
          <div key={place.key}>
            <dt>
              <kbd>g</kbd> <kbd>{place.key}</kbd>
            </dt>
            <dd>{place.label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
