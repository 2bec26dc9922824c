import { useEffect, useRef, useState } from "react";
import { assessFaces } from "../../../api/people";
import type { Finding, Overruled } from "../../../api/types";
import { allWrong, overruledOf, takenAllTheSame } from "./overruled";

export interface Candidate {
  key: number;
  blob: Blob;
  url: string;
}

export const mostImages = 10;

export interface Images {
  candidates: Candidate[];
  /** One per candidate once looked at. */
  findings: Finding[] | null;
  looking: boolean;
  error: unknown;
  add: (blobs: Blob[]) => void;
  remove: (key: number) => void;
  clear: () => void;
  /** Leaves those at some places, and has them looked at again. */
  leave: (which: (place: number) => boolean) => void;
  /** Takes a picture all the same, or not, where what is wrong with it can be overruled. */
  overrule: (key: number, taken: boolean) => void;
  /** Whether a picture is taken all the same. */
  isOverruled: (key: number) => boolean;
  /** What is overruled, of which picture. */
  overruled: Overruled[];
  /** How many would be enrolled. */
  good: number;
}

/**
 * Images chosen for enrolment, of `person` where it is somebody who exists; each change has the server look at all of them,
 * because they are held against one another.
 */
export function useImages(person?: string): Images {
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [result, setResult] = useState<{ of: Candidate[]; findings: Finding[] | null; error: unknown }>({
    of: [],
    findings: null,
    error: null,
  });
  // By picture: all that was wrong with it when it was taken all the same. Should something else be found later, it is not.
  const [insisted, setInsisted] = useState<ReadonlyMap<number, string>>(new Map());
  const next = useRef(1);

  useEffect(() => {
    if (candidates.length === 0) return;
    const abort = new AbortController();
    assessFaces(
      candidates.map((candidate) => candidate.blob),
      person,
      abort.signal,
    ).then(
      (findings) => setResult({ of: candidates, findings, error: null }),
      (error: unknown) => abort.signal.aborted || setResult({ of: candidates, findings: null, error }),
    );
    return () => abort.abort();
  }, [candidates, person]);

  const shown = useRef<Candidate[]>([]);
  useEffect(() => {
    shown.current = candidates;
  }, [candidates]);
  useEffect(() => () => shown.current.forEach((candidate) => URL.revokeObjectURL(candidate.url)), []);

  const add = (blobs: Blob[]) =>
    setCandidates((before) => {
      const fresh = blobs
        .slice(0, mostImages - before.length)
        .map((blob) => ({ key: next.current++, blob, url: URL.createObjectURL(blob) }));
      return fresh.length === 0 ? before : [...before, ...fresh];
    });
  const remove = (key: number) => setCandidates((before) => before.filter((candidate) => candidate.key !== key));
  const current = result.of === candidates;
  const findings = current && candidates.length > 0 ? result.findings : null;
  const overrule = (key: number, taken: boolean) => {
    const found = allWrong(findings?.[candidates.findIndex((candidate) => candidate.key === key)]);
    setInsisted((before) => new Map([...before].filter(([other]) => other !== key).concat(taken ? [[key, found]] : [])));
  };
  const keys = candidates.map((candidate) => candidate.key);
  const taken = takenAllTheSame(keys, findings, insisted);
  const faultless = findings?.filter((finding) => finding.problems.length === 0).length ?? 0;
  return {
    candidates,
    findings,
    looking: candidates.length > 0 && !current,
    error: current ? result.error : null,
    add,
    remove,
    clear: () => setCandidates([]),
    leave: (which) => setCandidates((before) => before.filter((_, place) => which(place))),
    overrule,
    isOverruled: (key) => taken.some((one) => one.key === key),
    overruled: overruledOf(taken),
    good: faultless + taken.length,
  };
}
