// Where it begins: the big screen is an application of its own, so that neither loads the other.
if (location.pathname.replace(/\/$/, '') === '/screen') void import('./screen/start')
else void import('./console/start')
