import { Combobox } from "@base-ui/react/combobox";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useId, useState } from "react";
import { pictureUrl } from "../../api/client";
import { fewPeopleQuery, personQuery } from "../../api/people";
import type { Person } from "../../api/types";
import { inputClass } from "../../ui/Field";
import { Face } from "../../ui/Picture";
import { useDelayed } from "../../ui/useDelayed";
import css from "./PersonPicker.module.css";

interface PickerProps {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  hint?: string;
}

/** Chooses somebody by typing part of a name, a number or a tag. */
export function PersonPicker({ label, value, onChange, hint }: PickerProps) {
  const id = useId();
  const [text, setText] = useState("");
  const settled = useDelayed(text.trim());
  const found = useQuery(fewPeopleQuery(settled)).data?.people ?? [];
  const chosen = useQuery({ ...personQuery(value ?? ""), enabled: value !== null }).data ?? null;
  return (
    <div className={css.picker}>
      <label className={css.label} htmlFor={id}>
        {label}
      </label>
      <Combobox.Root<Person>
        items={found}
        filter={null}
        value={value === null ? null : chosen}
        onValueChange={(person) => onChange(person?.id ?? null)}
        onInputValueChange={setText}
        itemToStringLabel={(person) => person.name}
        isItemEqualToValue={(a, b) => a.id === b.id}
      >
        <div className={css.box}>
          <Combobox.Input id={id} className={inputClass ?? ""} placeholder="Anybody" autoComplete="off" />
          <Combobox.Clear className={css.clear} aria-label="Choose nobody">
            <X size={15} aria-hidden />
          </Combobox.Clear>
        </div>
        <Combobox.Portal>
          <Combobox.Positioner className={css.positioner} sideOffset={4}>
            <Combobox.Popup className={css.popup}>
              <Combobox.Empty className={css.empty}>Nobody fits</Combobox.Empty>
              <Combobox.List>
                {(person: Person) => (
                  <Combobox.Item key={person.id} value={person} className={css.item}>
                    <Face src={pictureUrl(person.photo)} name={person.name} size={30} />
                    <span>
                      {person.name}
                      <span className={css.number}>{[person.number, person.department].filter(Boolean).join(" · ")}</span>
                    </span>
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      {hint && <p className="small muted">{hint}</p>}
    </div>
  );
}
