#!/usr/bin/python3
"""A real RTSP server (GStreamer's) that plays a film: PORT FILM USER PASSWORD. Asks for a digest."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

port, film, user, password = sys.argv[1:]
Gst.init(None)

token = GstRtspServer.RTSPToken()
token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "camera")
guard = GstRtspServer.RTSPAuth()
guard.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
guard.add_digest(user, password, token)

factory = GstRtspServer.RTSPMediaFactory()
pay = "rtph265pay" if film.endswith("265.mp4") else "rtph264pay"
factory.set_launch(f"( filesrc location={film} ! qtdemux ! {pay} name=pay0 pt=96 config-interval=1 )")
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("camera", "media.factory.access", True)
permissions.add_permission_for_role("camera", "media.factory.construct", True)
factory.set_permissions(permissions)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.set_auth(guard)
server.get_mount_points().add_factory("/film", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
