SELECT 'ğŸŒ³ ÿş' FROM t WHERE b = "fÃ¼nf" -- open comment
; /* never closed