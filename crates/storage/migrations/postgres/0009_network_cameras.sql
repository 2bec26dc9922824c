-- Where cameras are that have an address, with name and password, sealed; goes with the device.
CREATE TABLE network_cameras (
    device TEXT COLLATE "C" PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL
);
