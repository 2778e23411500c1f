/**
 * The candidate that was most likely meant, or undefined when none is near: at most a third of its letters differ, and no
 * more than `most`.
 */
export function suggest(
  word: string,
  candidates: Iterable<string>,
  most: number = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance && distance <= Math.min(most, Math.max(1, Math.floor(candidate.length / 3)))) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Edit distance in which swapping two neighbors counts as one edit (optimal string alignment), row by row. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let distance = Math.min(substitution, row[j]! + 1, next[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, before[j - 2]! + 1)
      }
      next.push(distance)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
