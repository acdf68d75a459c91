// Going through a list by cursors: forward to `next_cursor`, back along the cursors that led here.

/** The cursors of the pages before this one, and its own; null is the first page. */
export interface Trail {
  readonly before: readonly (string | null)[]
  readonly cursor: string | null
}

export const FIRST_PAGE: Trail = { before: [], cursor: null }

export function forward(trail: Trail, next: string): Trail {
  return { before: [...trail.before, trail.cursor], cursor: next }
}

export function back(trail: Trail): Trail {
  if (trail.before.length === 0) return FIRST_PAGE
  return { before: trail.before.slice(0, -1), cursor: trail.before.at(-1) ?? null }
}

/** Which page it is, from 1. */
export function pageNumber(trail: Trail): number {
  return trail.before.length + 1
}
