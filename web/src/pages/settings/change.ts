import { useMutation, useQueryClient } from "@tanstack/react-query";
import { said } from "../../ui/Toasts";

/** A change of settings: says that it is done, and has what it touches read anew. */
export function useSettingsChange<Input, Result>(
  keys: string[],
  change: (input: Input) => Promise<Result>,
  done: string,
  after?: (result: Result) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (result) => {
      said(done);
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
      after?.(result);
    },
  });
}
