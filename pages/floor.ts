/** The oldest browsers that the pages are for: on library computers, old phones and tablets. As browserslist says it. */
export const floor = ['Safari >= 16.4', 'iOS >= 16.4', 'Chrome >= 109', 'Firefox >= 115']
/** The same for esbuild. */
export const floorTargets = ['safari16.4', 'ios16.4', 'chrome109', 'firefox115']
