import { Link, Outlet, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Compass } from "lucide-react";
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
  return (
    <main>
      <Failed error={error} retry={again} />
    </main>
  );
}
