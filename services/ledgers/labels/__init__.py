"""Label sheets: equipment, facilities and stores get a label whose QR code opens their row on a phone."""
