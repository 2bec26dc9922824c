import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data } from "../../api/client";
import type { Correction } from "../../api/types";
import { said } from "../../ui/Toasts";

/** Appends a correction; the original stays. */
export function useCorrection(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Correction) => data(client.POST("/api/v1/corrections", { body })),
    onSuccess: (recorded) => {
      said("Correction appended", `Entry ${recorded.index} of the log, with your name and reason.`);
      for (const key of ["log", "people", "attendance"]) void queries.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
}
