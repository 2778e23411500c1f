const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** `4495` → `$44.95` */
export function formatPrice(cents: number): string {
  return DOLLARS.format(cents / 100)
}
