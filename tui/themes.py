"""The two looks of the app."""

from __future__ import annotations

from textual.theme import Theme

MUTED = "$muted"
"""The style of what stands beside the text: details, labels, rules. Textual's own
`$text-muted` is a share of "auto" and comes out brighter than the text."""
OURS = ("muted", "quote-foreground", "quote-background")
"""Colours that another theme may not have."""

DARK = Theme(
    name="desk-dark",
    primary="#7cc4e8",
    secondary="#5a8fb0",
    accent="#e8b45a",
    warning="#e8b45a",
    error="#f0776c",
    success="#7fc98f",
    foreground="#dfe4e8",
    background="#12171c",
    surface="#1a2129",
    panel="#222b35",
    dark=True,
    variables={
        "muted": "#94a3b0",
        "quote-foreground": "#fff4d6",
        "quote-background": "#6b4e00",
        "link-color": "#7cc4e8",
        "block-cursor-foreground": "#12171c",
        "block-cursor-background": "#7cc4e8",
        "block-cursor-text-style": "none",
    },
)

LIGHT = Theme(
    name="desk-light",
    primary="#0b5c85",
    secondary="#3d7a9b",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#a8261b",
    success="#1e6b34",
    foreground="#1c2228",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e6e3db",
    dark=False,
    variables={
        "muted": "#5a646d",
        "quote-foreground": "#2b1f00",
        "quote-background": "#ffdf80",
        "link-color": "#0b5c85",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#0b5c85",
        "block-cursor-text-style": "none",
    },
)
