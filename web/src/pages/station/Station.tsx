import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { reaches, sessionQuery } from "../../api/session";
import { buttonClass } from "../../ui/Button";
import { Doorway } from "../../ui/Doorway";
import { Failed, Skeleton } from "../../ui/States";
import { Choose } from "./Choose";
import { Running } from "./Running";

/** This browser's camera as a camera of the site. */
export function Station() {
  const session = useQuery(sessionQuery);
  if (session.data?.station) return <Running station={session.data.station} />;
  return (
    <Doorway
      title="Camera station"
      about="This browser's camera becomes a camera of the site: its faces are recognised and logged at an access point."
      wide
    >
      {session.isError ? (
        <Failed error={session.error} retry={() => void session.refetch()} />
      ) : session.isPending ? (
        <Skeleton rows={4} />
      ) : !reaches(session.data.me?.role, "operator") ? (
        <>
          <p>Making a browser a camera station needs the role operator. Once made, it stays one without anybody signed in.</p>
          <Link to="/sign-in" search={{ to: "/station" }} className={buttonClass("primary", "l")}>
            Sign in
          </Link>
        </>
      ) : (
        <Choose />
      )}
      {session.data?.me && (
        <Link to="/live" className="small">
          <ArrowLeft size={13} aria-hidden /> Back to the live page
        </Link>
      )}
    </Doorway>
  );
}
