-- Where cameras are that have an address, with name and password, sealed; goes with the device.
CREATE TABLE network_cameras (
    device TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL
) STRICT;
