//! Modbus: PDU, framing, state machines.
