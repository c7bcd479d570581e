"""证书统计 (leaf 4.5): how many certificates of which kind each department holds."""
