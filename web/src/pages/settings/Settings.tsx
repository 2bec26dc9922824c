import { useNavigate, useSearch } from "@tanstack/react-router";
import { Page } from "../../ui/Panel";
import { Tabs } from "../../ui/Tabs";
import { DevicesSection } from "./Devices";
import { NetworkCamerasSection } from "./NetworkCameras";
import { GatesSection } from "./Gates";
import { PlacesSection } from "./Places";
import { SiteSection } from "./Site";
import { TokensSection } from "./Tokens";
import { UsersSection } from "./Users";

function CamerasAndDevices() {
  return (
    <>
      <NetworkCamerasSection />
      <DevicesSection />
    </>
  );
}

/** What an administrator sets; all of it takes effect at once, without a restart. */
export function Settings() {
  const { tab = "site" } = useSearch({ from: "/house/settings" });
  const navigate = useNavigate({ from: "/settings" });
  return (
    <Page title="Settings" about="Everything here takes effect at once, and is written into the log with your name.">
      <Tabs
        label="Settings"
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next } })}
        tabs={[
          { value: "site", label: "Site", content: <SiteSection /> },
          { value: "places", label: "Areas and access points", content: <PlacesSection /> },
          { value: "devices", label: "Cameras and devices", content: <CamerasAndDevices /> },
          { value: "gates", label: "Classic gates", content: <GatesSection /> },
          { value: "users", label: "Users", content: <UsersSection /> },
          { value: "tokens", label: "API tokens", content: <TokensSection /> },
        ]}
      />
    </Page>
  );
}
