// What the console's charts look like: calm, few colours, and amounts in tooltips to the digit.
import type { ChartOption } from './echarts'
import { formatCount, formatMoney, toChartNumber } from '../../logic/money'
import { kindOf } from '../../logic/figure'
import type { Drilled } from '../drill'
import type { TrendPoint } from '../../api/types'

export const COLOURS = ['#1d5aa6', '#4fa3a5', '#e0a21b', '#8a6fb0', '#c8553d', '#6b8e3d', '#7f8fa0']
const INK = '#4a5868'
const LINE = '#e3e8ee'

/** 12,345 as 1.2万 on an axis in Chinese, as 12k in English. */
export function axisNumber(value: number, zh: boolean): string {
  const size = Math.abs(value)
  const short = (by: number, unit: string) => `${Number((value / by).toFixed(1))}${unit}`
  if (zh) return size >= 1e8 ? short(1e8, '亿') : size >= 1e4 ? short(1e4, '万') : String(value)
  return size >= 1e6 ? short(1e6, 'M') : size >= 1e3 ? short(1e3, 'k') : String(value)
}

/** A step as it stands under an axis: an hour, a day or a month. */
export function stepLabel(at: string, step: 'hour' | 'day' | 'month'): string {
  if (step === 'hour') return at.slice(11, 16)
  return step === 'day' ? at.slice(5, 10) : at.slice(0, 7)
}

export interface Bar {
  name: string
  /** One text a series: an amount or a number, as the service wrote it. */
  values: (string | number)[]
  /** One path a series: where the figure is in its report. */
  paths?: string[]
}

/** What a bar is made of; beside the bars, what the first one is. */
export function pickBar(
  bars: readonly Bar[],
  words: readonly string[],
): (index: number, series: number | null) => Drilled | null {
  return (index, series) => {
    const [bar, at] = [bars[index], series ?? 0]
    const [path, value] = [bar?.paths?.[at], bar?.values[at]]
    if (!bar || path === undefined || value === undefined) return null
    return { path, value, kind: kindOf(value), title: `${bar.name} · ${words[at] ?? ''}` }
  }
}

const write = (value: string | number) =>
  typeof value === 'number' ? formatCount(value) : formatMoney(value)
const draw = (value: string | number) => (typeof value === 'number' ? value : toChartNumber(value))

interface Tip {
  marker?: unknown
  name?: unknown
  seriesName?: unknown
  dataIndex: number
  seriesIndex?: number
}

/** Text for a tooltip; names come from outside and are never markup. */
function plain(text: unknown): string {
  return String(text).replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** Bars of one or more series, lying down when their names are long. */
export function barOption(
  bars: readonly Bar[],
  series: readonly string[],
  zh: boolean,
  lying: boolean,
): ChartOption {
  const names = bars.map((bar) => bar.name)
  const category = {
    type: 'category' as const,
    data: names,
    inverse: lying,
    axisTick: { show: false },
    axisLabel: { color: INK },
  }
  const value = {
    type: 'value' as const,
    splitLine: { lineStyle: { color: LINE } },
    axisLabel: { color: INK, formatter: (at: number) => axisNumber(at, zh), hideOverlap: true },
  }
  return {
    animationDuration: 300,
    color: COLOURS,
    grid: { left: 8, right: 16, top: series.length > 1 ? 32 : 12, bottom: 4, containLabel: true },
    ...(series.length > 1 ? { legend: { top: 0, right: 8, textStyle: { color: INK } } } : {}),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (tips) => {
        const all = (Array.isArray(tips) ? tips : [tips]) as Tip[]
        const lines = all.map((tip) => {
          const shown = bars[tip.dataIndex]?.values[tip.seriesIndex ?? 0] ?? ''
          return `${String(tip.marker)}${plain(tip.seriesName)} <b>${plain(write(shown))}</b>`
        })
        return [plain(all[0]?.name), ...lines].join('<br>')
      },
    },
    ...(lying ? { yAxis: category, xAxis: value } : { xAxis: category, yAxis: value }),
    series: series.map((name, index) => ({
      type: 'bar' as const,
      name,
      barMaxWidth: 22,
      data: bars.map((bar) => draw(bar.values[index] ?? 0)),
    })),
  }
}

export interface Part {
  name: string
  value: string | number
  path?: string
}

/** Those parts of a whole that can be seen. */
const visible = (all: readonly Part[]) => all.filter(({ value }) => draw(value) > 0)

/** What a part of a ring is made of. */
export function pickPart(all: readonly Part[], word: string): (index: number) => Drilled | null {
  const bars = visible(all).map(({ name, value, path }) => ({
    name,
    values: [value],
    ...(path ? { paths: [path] } : {}),
  }))
  return (index) => pickBar(bars, [word])(index, 0)
}

/** Shares of a whole as a ring. */
export function ringOption(all: readonly Part[]): ChartOption {
  const parts = visible(all)
  return {
    animationDuration: 300,
    color: COLOURS,
    tooltip: {
      trigger: 'item',
      formatter: (tip) => {
        const { dataIndex, marker, name } = (Array.isArray(tip) ? tip[0] : tip) as Tip
        const share = (tip as { percent?: number }).percent ?? 0
        return `${String(marker)}${plain(name)} <b>${plain(write(parts[dataIndex]?.value ?? 0))}</b> (${share}%)`
      },
    },
    legend: { type: 'scroll', orient: 'vertical', right: 4, top: 'middle', textStyle: { color: INK } },
    series: [
      {
        type: 'pie',
        radius: ['48%', '76%'],
        center: ['38%', '50%'],
        label: { formatter: '{d}%', color: INK },
        labelLine: { length: 8, length2: 6 },
        data: parts.map(({ name, value }) => ({ name, value: draw(value) })),
      },
    ],
  }
}

/** The figures of a point of the trend, series by series, as `trendOption` draws them. */
const TREND = ['paid_amount', 'unpaid_amount', 'orders'] as const

/** What a point of the trend is made of; beside its bars, the orders of the step. */
export function pickPoint(
  points: readonly TrendPoint[],
  step: 'hour' | 'day' | 'month',
  words: TrendWords,
): (index: number, series: number | null) => Drilled | null {
  const names = [words.paid, words.unpaid, words.orders]
  return (index, series) => {
    const [point, at] = [points[index], series ?? 2]
    const figure = TREND[at]
    if (!point || !figure) return null
    const value = point[figure]
    const title = `${pointName(point.at, step)} · ${names[at]}`
    return {
      path: `points.${point.at}.${figure}`,
      value,
      kind: kindOf(value),
      title,
      report: 'sales/trend',
      params: { step },
    }
  }
}

/** A step in full: an hour, a day or a month with its year. */
export function pointName(at: string, step: 'hour' | 'day' | 'month'): string {
  return at.slice(0, step === 'hour' ? 16 : step === 'day' ? 10 : 7).replace('T', ' ')
}

export interface TrendWords {
  orders: string
  paid: string
  unpaid: string
}

/** Amounts as areas and orders as a line of their own scale, along time. */
export function trendOption(
  points: readonly TrendPoint[],
  step: 'hour' | 'day' | 'month',
  words: TrendWords,
  zh: boolean,
): ChartOption {
  const amount = (name: string, of: (point: TrendPoint) => string) => ({
    type: 'bar' as const,
    name,
    stack: 'amount',
    barMaxWidth: 26,
    data: points.map((point) => toChartNumber(of(point))),
  })
  return {
    animationDuration: 300,
    color: [COLOURS[0]!, '#b9c6d6', COLOURS[2]!],
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, right: 8, textStyle: { color: INK } },
    tooltip: {
      trigger: 'axis',
      formatter: (tips) => {
        const point = points[((Array.isArray(tips) ? tips[0] : tips) as Tip).dataIndex]
        if (!point) return ''
        return [
          plain(pointName(point.at, step)),
          `${plain(words.orders)} <b>${formatCount(point.orders)}</b>`,
          `${plain(words.paid)} <b>${formatMoney(point.paid_amount)}</b>`,
          `${plain(words.unpaid)} <b>${formatMoney(point.unpaid_amount)}</b>`,
        ].join('<br>')
      },
    },
    xAxis: {
      type: 'category',
      data: points.map((point) => stepLabel(point.at, step)),
      axisTick: { show: false },
      axisLabel: { color: INK },
    },
    yAxis: [
      {
        type: 'value',
        splitLine: { lineStyle: { color: LINE } },
        axisLabel: { color: INK, formatter: (at: number) => axisNumber(at, zh) },
      },
      { type: 'value', minInterval: 1, splitLine: { show: false }, axisLabel: { color: INK } },
    ],
    series: [
      amount(words.paid, (point) => point.paid_amount),
      amount(words.unpaid, (point) => point.unpaid_amount),
      {
        type: 'line',
        name: words.orders,
        yAxisIndex: 1,
        symbol: points.length > 40 ? 'none' : 'circle',
        symbolSize: 4,
        data: points.map((point) => point.orders),
      },
    ],
  }
}
