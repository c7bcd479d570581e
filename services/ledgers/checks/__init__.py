"""Questions that others rely on before work begins: does this person hold that certificate, is this equipment inspected?"""
