import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { queries } from "./app/queries";
import { Broken, Lost, Root } from "./app/Root";
import { Shell } from "./app/Shell";
import { sessionQuery, reaches } from "./api/session";
import type { Role } from "./api/types";
import { Attendance } from "./pages/attendance/Attendance";
import { attendanceSearch } from "./pages/attendance/search";
import { Devices } from "./pages/devices/Devices";
import { Guide } from "./pages/guide/Guide";
import { Integrity } from "./pages/integrity/Integrity";
import { Live } from "./pages/live/Live";
import { liveSearch } from "./pages/live/search";
import { Log } from "./pages/log/Log";
import { logSearch } from "./pages/log/search";
import { People } from "./pages/people/People";
import { peopleSearch } from "./pages/people/search";
import { Person } from "./pages/people/person/Person";
import { Settings } from "./pages/settings/Settings";
import { settingsSearch } from "./pages/settings/search";
import { SignIn } from "./pages/sign-in/SignIn";
import { Station } from "./pages/station/Station";
import { Welcome } from "./pages/welcome/Welcome";
import { Skeleton } from "./ui/States";

const root = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: Broken });

/** Everything behind the sign-in. Roles are enforced by the server; here they only decide what is offered. */
const house = createRoute({
  getParentRoute: () => root,
  id: "house",
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!session.me) throw redirect({ to: "/sign-in", search: { to: location.href } });
  },
});

function needs(role: Role) {
  return async () => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!reaches(session.me?.role, role)) throw redirect({ to: "/live" });
  };
}

const inHouse = [
  createRoute({ getParentRoute: () => house, path: "/", beforeLoad: () => { throw redirect({ to: "/live" }); } }),
  createRoute({ getParentRoute: () => house, path: "/live", component: Live, validateSearch: liveSearch }),
  createRoute({ getParentRoute: () => house, path: "/people", component: People, validateSearch: peopleSearch }),
  createRoute({ getParentRoute: () => house, path: "/people/$id", component: Person }),
  createRoute({ getParentRoute: () => house, path: "/log", component: Log, validateSearch: logSearch, beforeLoad: needs("auditor") }),
  createRoute({ getParentRoute: () => house, path: "/attendance", component: Attendance, validateSearch: attendanceSearch, beforeLoad: needs("auditor") }),
  createRoute({ getParentRoute: () => house, path: "/devices", component: Devices, beforeLoad: needs("auditor") }),
  createRoute({ getParentRoute: () => house, path: "/integrity", component: Integrity, beforeLoad: needs("auditor") }),
  createRoute({ getParentRoute: () => house, path: "/settings", component: Settings, validateSearch: settingsSearch, beforeLoad: needs("admin") }),
  createRoute({ getParentRoute: () => house, path: "/guide", component: Guide, beforeLoad: needs("admin") }),
] as const;

const outside = [
  createRoute({ getParentRoute: () => root, path: "/welcome", component: Welcome }),
  createRoute({ getParentRoute: () => root, path: "/station", component: Station }),
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    component: SignIn,
    validateSearch: (search: Record<string, unknown>): { to?: string } => (typeof search.to === "string" ? { to: search.to } : {}),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([house.addChildren(inHouse), ...outside]),
  defaultPreload: false,
  defaultPendingComponent: () => <Skeleton rows={8} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
