/* Gauss-Legendre quadrature. */
#include "score_explain.h"

#include <math.h>

#define NEWTON_STEPS 8

/* The nodes are roots of the Legendre polynomial, found by Newton's method. */
void
gc_fill_nodes(gc_quadrature_node *nodes, uint32_t count)
{
	const double pi = 3.14159265358979323846;

	for (uint32_t i = 0; i < count; i++)
	{
		double x = cos(pi * (i + 0.75) / (count + 0.5));
		double slope = 1;

		for (int step = 0; step < NEWTON_STEPS; step++)
		{
			double last = 1;
			double value = x;

			for (uint32_t degree = 2; degree <= count; degree++)
			{
				double next = ((2 * degree - 1) * x * value - (degree - 1) * last) / degree;

				last = value;
				value = next;
			}
			slope = count * (last - x * value) / (1 - x * x);
			x -= value / slope;
		}
		nodes[i].at = (1 + x) / 2;
		nodes[i].weight = 1 / ((1 - x * x) * slope * slope);
	}
}
