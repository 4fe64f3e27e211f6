/** Colours of further curves and of parts of bars, told apart on light and on dark. */
export const COLORS = ["#3b82f6", "#65a30d", "#c026d3", "#0891b2", "#c2410c", "#b45309", "#8b5cf6", "#e11d48", "#64748b"];
