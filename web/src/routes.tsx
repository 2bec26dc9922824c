import { createRootRoute, createRoute, createRouter, lazyRouteComponent as lazy, redirect } from "@tanstack/react-router";
import { queries } from "./app/queries";
import { Broken, Lost, Root } from "./app/Root";
import { Shell } from "./app/Shell";
import { sessionQuery, reaches } from "./api/session";
import type { Role } from "./api/types";
import { attendanceSearch, rollCallSearch } from "./pages/attendance/search";
import { Live } from "./pages/live/Live";
import { liveSearch } from "./pages/live/search";
import { logSearch } from "./pages/log/search";
import { peopleSearch } from "./pages/people/search";
import { settingsSearch } from "./pages/settings/search";
import { SignIn } from "./pages/sign-in/SignIn";
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
  createRoute({
    getParentRoute: () => house,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/live" });
    },
  }),
  createRoute({ getParentRoute: () => house, path: "/live", component: Live, validateSearch: liveSearch }),
  createRoute({
    getParentRoute: () => house,
    path: "/people",
    component: lazy(() => import("./pages/people/People"), "People"),
    validateSearch: peopleSearch,
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/people/$id",
    component: lazy(() => import("./pages/people/person/Person"), "Person"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/log",
    component: lazy(() => import("./pages/log/Log"), "Log"),
    validateSearch: logSearch,
    beforeLoad: needs("auditor"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/attendance",
    component: lazy(() => import("./pages/attendance/Attendance"), "Attendance"),
    validateSearch: attendanceSearch,
    beforeLoad: needs("auditor"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/attendance/roll-call",
    component: lazy(() => import("./pages/attendance/RollCall"), "RollCall"),
    validateSearch: rollCallSearch,
    beforeLoad: needs("operator"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/devices",
    component: lazy(() => import("./pages/devices/Devices"), "Devices"),
    beforeLoad: needs("auditor"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/integrity",
    component: lazy(() => import("./pages/integrity/Integrity"), "Integrity"),
    beforeLoad: needs("auditor"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/settings",
    component: lazy(() => import("./pages/settings/Settings"), "Settings"),
    validateSearch: settingsSearch,
    beforeLoad: needs("admin"),
  }),
  createRoute({
    getParentRoute: () => house,
    path: "/guide",
    component: lazy(() => import("./pages/guide/Guide"), "Guide"),
    beforeLoad: needs("admin"),
  }),
] as const;

const outside = [
  createRoute({
    getParentRoute: () => root,
    path: "/welcome",
    component: lazy(() => import("./pages/welcome/Welcome"), "Welcome"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/station",
    component: lazy(() => import("./pages/station/Station"), "Station"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    component: SignIn,
    validateSearch: (search: Record<string, unknown>): { to?: string } =>
      typeof search.to === "string" ? { to: search.to } : {},
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([house.addChildren(inHouse), ...outside]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <Skeleton rows={8} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
