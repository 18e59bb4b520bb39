/* A parameter, or the metric, as an axis of a picture; and along it as the model sees
 * it. */
#ifndef HPS_PAGE_PARAM_AXIS_H
#define HPS_PAGE_PARAM_AXIS_H

#include "page/view.h"

/* Where a value stands on the parameter's axis; NaN: nowhere. */
double param_place(const struct param *p, const struct value *v);
double param_place_at(struct view *v, const struct param *p, double u);
/* Logarithmic where the space has it so. */
void param_axis(struct view *v, const struct param *p, struct axis *a);
void metric_axis(struct view *v, struct axis *a);
/* The genes of the best trial, in the view's arena; NULL: there is none, or no model.
 */
double *view_centre(struct view *v);
/* Places along a dimension of the model, `most` at the most: u and genes. Their number.
 * Where it has no cells, or more than that: evenly between the margins of u. */
#define MODEL_ENDS 0.001
size_t model_places(const struct encoding *e, size_t j, size_t most, double margin,
                    double *u, double *gene);

#endif
