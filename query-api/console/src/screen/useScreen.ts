// What the screen shows: one snapshot after another, when figures move, and now and then although they do not.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError, get, wiring } from '../api/client'
import { connect, disconnect, livePosition, liveState } from '../api/stream'
import type { ReportHead, ScreenReport, ScreenSettings } from '../api/types'
import { addDays, today } from '../logic/zone'

/** Without an answer for so long, figures are called old; in milliseconds. */
const STALE = 20_000
/** Settings are read again, and the range moves on at midnight, at least this often; in milliseconds. */
const SETTINGS_EVERY = 30_000
/** The hour at which the page loads itself anew, so that nothing adds up over weeks. */
const RELOAD_HOUR = 4

export type ScreenData = ScreenReport & ReportHead

export function useScreen() {
  const data = shallowRef<ScreenData | null>(null)
  const settings = shallowRef<ScreenSettings | null>(null)
  const refused = ref(false)
  const failing = ref(false)
  const now = ref(Date.now())
  const lastAnswer = ref(0)
  const began = Date.now()
  let lastSettings = 0
  let lastSnapshot = 0
  let busy = false

  async function read(): Promise<void> {
    if (busy) return
    busy = true
    try {
      if (!settings.value || Date.now() - lastSettings > SETTINGS_EVERY) {
        settings.value = await get<ScreenSettings>('/v1/settings/screen')
        lastSettings = Date.now()
      }
      const day = today(data.value?.time_zone ?? 'Asia/Shanghai')
      const from = addDays(day, 1 - settings.value.range.days)
      lastSnapshot = Date.now()
      data.value = await get<ScreenData>('/v1/reports/screen', { from, to: addDays(day, 1) })
      lastAnswer.value = Date.now()
      refused.value = failing.value = false
    } catch (error) {
      failing.value = true
      refused.value = error instanceof ApiError && (error.status === 401 || error.status === 403)
    }
    busy = false
  }

  /** Whether it is time: figures moved and the pause is over, or nothing was asked for a while. */
  function due(): boolean {
    const pause = (settings.value?.refresh_seconds ?? 5) * 1_000
    const since = Date.now() - lastSnapshot
    const moved = data.value === null || livePosition.value > data.value.position
    const blind = failing.value || liveState.value !== 'live'
    return since >= pause && (moved || blind || since >= Math.max(pause, SETTINGS_EVERY))
  }

  function tick(): void {
    now.value = Date.now()
    const quiet = new Date().getHours() === RELOAD_HOUR && now.value - began > 2 * 3_600_000
    if (quiet && now.value - lastAnswer.value < STALE) return location.reload()
    if (due()) void read()
  }

  connect(wiring.bearer)
  void read()
  const timer = setInterval(tick, 1_000)
  watch(livePosition, () => due() && void read())
  onScopeDispose(() => {
    clearInterval(timer)
    disconnect()
  })

  const stale = computed(() => {
    const late = Math.max(STALE, (settings.value?.refresh_seconds ?? 0) * 2_000)
    const cut = failing.value || liveState.value !== 'live'
    return data.value !== null && cut && now.value - lastAnswer.value > late
  })
  return { data, settings, refused, stale, now, lastAnswer }
}
