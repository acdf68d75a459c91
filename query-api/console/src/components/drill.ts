// Taking a figure apart: pages provide it, figures inside them ask for it.
import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'
import type { FigureKind, FigureValue } from '../logic/figure'

export interface Drilled {
  /** Where the figure is: `total.by_status.completed.amount`. */
  path: string
  /** What it is called, with its row. */
  title: string
  kind: FigureKind
  value: FigureValue
  /** Another report than the page's: on the overview. */
  report?: string
  /** What that report needs besides: whose withdrawals. */
  params?: Record<string, string>
}

const KEY: InjectionKey<Ref<Drilled | null>> = Symbol('drill')

export function provideDrill(): Ref<Drilled | null> {
  const drilled = ref<Drilled | null>(null)
  provide(KEY, drilled)
  return drilled
}

export function useDrill(): Ref<Drilled | null> | null {
  return inject(KEY, null)
}
