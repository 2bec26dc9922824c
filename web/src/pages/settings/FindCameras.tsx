import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/client";
import { discover, streamsOf, type FoundCamera } from "../../api/networkCameras";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { FieldGrid, TextField } from "../../ui/Field";
import { Note, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import type { Start } from "./NetworkCameraForm";

/** Cameras that answer on the network; one click asks a camera for its stream and begins the form. */
export function FindCameras({ onChosen, onClose }: { onChosen: (start: Start) => void; onClose: () => void }) {
  const found = useQuery({ queryKey: ["found-cameras"], queryFn: discover, gcTime: 0, retry: false });
  const [login, setLogin] = useState({ user: "", password: "" });
  const choose = useMutation({
    mutationFn: async (camera: FoundCamera) => {
      const streams = await streamsOf({ address: camera.service, ...login });
      const name = camera.name || camera.hardware;
      // Where there is a smaller stream faces are looked for in it.
      const { detection, main } = streams;
      return { name, address: detection ?? main, main_address: detection ? main : "", ...login };
    },
    onSuccess: onChosen,
  });
  const problem = found.error ?? choose.error;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Found on your network"
      about="Cameras that speak ONVIF answer within three seconds. Most want their user name and password before they tell where their streams are. Faces are looked for in the smaller stream, and pictures kept of the larger one."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button busy={found.isFetching} onClick={() => void found.refetch()}>
            Ask again
          </Button>
        </>
      }
    >
      <FieldGrid>
        <TextField
          label="User name"
          autoComplete="off"
          value={login.user}
          onChange={(event) => setLogin({ ...login, user: event.target.value })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          value={login.password}
          onChange={(event) => setLogin({ ...login, password: event.target.value })}
        />
      </FieldGrid>
      {problem instanceof Problem && (
        <Note tone="bad" title={problem.message}>
          {problem.detail}
        </Note>
      )}
      {found.isPending && <Skeleton rows={2} />}
      {found.data?.length === 0 && <p className="muted">Nobody answered. Cameras in another network are added by address.</p>}
      {found.data !== undefined && found.data.length > 0 && (
        <Table
          label="Found cameras"
          rows={found.data}
          rowKey={(camera) => camera.service}
          columns={[
            { head: "Name", main: true, cell: (camera) => camera.name || "Without a name" },
            { head: "Model", cell: (camera) => camera.hardware },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (camera) => (
                <Button size="s" busy={choose.isPending} onClick={() => choose.mutate(camera)}>
                  Add
                </Button>
              ),
            },
          ]}
        />
      )}
    </Dialog>
  );
}
