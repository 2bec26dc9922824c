import { useQuery } from "@tanstack/react-query";
import { locksQuery } from "../api/fingers";
import { useMay } from "../api/session";
import { LockNote } from "./LockNote";

/** Every lock-out that stands; nothing where there is none. */
export function Locks() {
  const mayRead = useMay("auditor");
  const locks = useQuery({ ...locksQuery, enabled: mayRead });
  return (locks.data ?? []).map((lock) => <LockNote key={lock.person?.id ?? lock.access_point?.id} lock={lock} />);
}
