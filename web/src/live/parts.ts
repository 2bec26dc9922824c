import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { partsQuery, type Part } from "../api/parts";
import { liveSocket } from "./socket";

/** The parts of the house on other hosts, as they come and go; none on one host. */
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
