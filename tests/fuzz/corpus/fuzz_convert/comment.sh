# a \
orion hunt -n x
