import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { partsQuery, type Part } from "../api/parts";
import { house } from "./house";
import { liveSocket } from "./socket";

/** The parts of the house on other hosts and the database on a server, as they come and go; none on one host with its file. */
export function useParts(): Part[] {
  const queries = useQueryClient();
  const parts = useQuery(partsQuery);
  useEffect(() => {
    const socket = liveSocket();
    const take = (pushed: Part[]) => queries.setQueryData(partsQuery.queryKey, pushed);
    // What changed while there was no connection was not pushed.
    const again = () => void queries.invalidateQueries({ queryKey: partsQuery.queryKey });
    socket.on("parts", take).on("connect", again);
    return () => void socket.off("parts", take).off("connect", again);
  }, [queries]);
  return parts.data ?? [];
}

/** Asks for everything anew once the database is back: what was asked for meanwhile was answered by nobody. */
export function useReturned(parts: Part[]): void {
  const queries = useQueryClient();
  const away = parts.some((part) => part.role === "database" && !part.up);
  const before = useRef(away);
  useEffect(() => {
    const returned = before.current && !away;
    before.current = away;
    if (!returned) return;
    void queries.invalidateQueries();
    void house.refetch();
  }, [away, queries]);
}
