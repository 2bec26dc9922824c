import { Link, Outlet, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Compass } from "lucide-react";
import { useEffect } from "react";
import { Problem } from "../api/client";
import { sessionQuery } from "../api/session";
import { buttonClass } from "../ui/Button";
import { Empty, Failed } from "../ui/States";
import { Zone } from "../ui/Time";

/** Around every page: the site's time zone. */
export function Root() {
  const session = useQuery(sessionQuery);
  return (
    <Zone value={session.data?.time_zone ?? "UTC"}>
      <Outlet />
    </Zone>
  );
}

export function Lost() {
  return (
    <main>
      <Empty
        icon={Compass}
        title="There is no such page"
        action={
          <Link to="/live" className={buttonClass("primary")}>
            To the live page
          </Link>
        }
      >
        The address may be old or mistyped.
      </Empty>
    </main>
  );
}

export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  useAgain(error, again);
  return (
    <main>
      <Failed error={error} retry={again} />
    </main>
  );
}

/** How often a page that could not be opened tries again, in milliseconds. */
const againEvery = 3000;

/** Tries again by itself while the server, or the part behind its front end, cannot be reached. */
function useAgain(error: unknown, again: () => void) {
  const passes = error instanceof Problem && (error.status === 0 || error.status === 503);
  useEffect(() => {
    if (!passes) return;
    const timer = setTimeout(again, againEvery);
    return () => clearTimeout(timer);
  });
}
