// The requests of each page, with the filters it offers; a fresh one at each call, the same ones in each run.

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const one = (list, random) => list[Math.floor(random() * list.length)];
const person = ({ people }, random) => one(people, random).id;
const door = ({ points }, random) => one(points, random).id;
const deep = ({ size }, random) => Math.floor(random() * size);
const instant = ({ first, last }, random) => new Date(first + random() * (last - first));
const hour = 3_600_000;

function span(site, random, hours) {
  const from = instant(site, random);
  return `from=${from.toISOString()}&until=${new Date(+from + hours * hour).toISOString()}`;
}

const date = (at) => at.toISOString().slice(0, 10);
const log = (filter) => (site, random) => `/log?limit=100&${filter(site, random)}`;
const nobody = "00000000-0000-4000-8000-000000000001";

export const questions = {
  "live: snapshot": () => "/live",
  "who is inside": () => "/presence",
  "alerts, open": () => "/alerts?open=true&limit=100",
  "alerts, all": () => "/alerts?limit=500",
  unresolved: () => "/unresolved?limit=50",
  people: () => "/people?text=&limit=100",
  "people: search": (_, random) => `/people?limit=100&text=${encodeURIComponent(one(["an", "ada b", "0012", "zzz", "1000"], random))}`,
  "person: page": (site, random) => `/people/${person(site, random)}`,
  "person: visits": (site, random) => `/people/${person(site, random)}/visits?limit=20`,
  "person: visits, deep": (site, random) => `/people/${person(site, random)}/visits?limit=20&before=${instant(site, random).toISOString()}`,
  "person: 31 days": (site, random) => {
    const from = instant(site, random);
    return `/people/${person(site, random)}/attendance?from=${date(from)}&to=${date(new Date(+from + 30 * 24 * hour))}`;
  },
  "attendance: a day": (site, random) => `/attendance?date=${date(instant(site, random))}`,
  log: log(() => ""),
  "log, deep": log((site, random) => `before=${deep(site, random)}`),
  "log: person": log((site, random) => `person=${person(site, random)}`),
  "log: person, deep": log((site, random) => `person=${person(site, random)}&before=${deep(site, random)}`),
  "log: nobody": log(() => `person=${nobody}`),
  "log: person, denied": log((site, random) => `person=${person(site, random)}&outcome=denied`),
  "log: person, door, month": log((site, random) => `person=${person(site, random)}&access_point=${door(site, random)}&${span(site, random, 720)}`),
  "log: door": log((site, random) => `access_point=${door(site, random)}`),
  "log: door, deep": log((site, random) => `access_point=${door(site, random)}&before=${deep(site, random)}`),
  "log: no such door": log(() => `access_point=${nobody}`),
  "log: day": log((site, random) => span(site, random, 24)),
  "log: month, deep": log((site, random) => `${span(site, random, 720)}&before=${deep(site, random)}`),
  "log: until long ago": log(({ first }) => `until=${new Date(first + 72 * hour).toISOString()}`),
  "log: before everything (none)": log(({ first }) => `until=${new Date(first - 9_000 * hour).toISOString()}`),
  "log: acts": log(() => "kind=act"),
  "log: corrections, deep": log((site, random) => `kind=correction&before=${deep(site, random)}`),
  "log: acts, week": log((site, random) => `kind=act&${span(site, random, 168)}`),
  "log: denied": log(() => "outcome=denied"),
  "log: denied, deep": log((site, random) => `outcome=denied&before=${deep(site, random)}`),
  "log: granted, deep": log((site, random) => `outcome=granted&before=${deep(site, random)}`),
  "log: door, denied": log((site, random) => `access_point=${door(site, random)}&outcome=denied`),
  "log: door, denied, week": log((site, random) => `access_point=${door(site, random)}&outcome=denied&${span(site, random, 168)}`),
  "log: door, acts (none)": log((site, random) => `access_point=${door(site, random)}&kind=act`),
  "log: tag": log(({ tags }, random) => `tag=${one(tags, random)}`),
  "log: tag nobody has": log(() => "tag=00000000"),
  "log: tag, denied": log(({ tags }, random) => `tag=${one(tags, random)}&outcome=denied`),
  "an entry": ({ events }, random) => `/log/${one(events, random)}`,
};
